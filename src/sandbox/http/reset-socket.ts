import type { Socket } from 'node:net';

/**
 * Ends a connection with a TCP reset. One that is being closed already is closed at once: Node cannot reset it any
 * more, and would keep its handle for ever.
 */
export function resetSocket(socket: Socket | null): void {
  if (socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}
