/**
 * Ids as Exchange makes them: base64 of a header with the mailbox's guid and a MAPI entry id with the counters of
 * folder and item. Clients must treat them as opaque; the sandbox reads its own back, so that it need not store them.
 */

const MAILBOX_AT = 4;
const GUID_LENGTH = 36;
const ENTRY_AT = MAILBOX_AT + GUID_LENGTH + 2;
const FOLDER_ENTRY = 46;
const ITEM_ENTRY = 70;
/** Where the folder's counter stands in either kind of entry id, and the item's in that of an item. */
const FOLDER_COUNTER_AT = ENTRY_AT + 38;
const ITEM_COUNTER_AT = ENTRY_AT + 62;
/** A header of version 3 and kind 0x24, which is why such ids begin with `AAMk`. */
const HEADER = Buffer.from([0x00, 0x03, 0x24, 0x00]);

/** What the id of a folder says. */
export interface FolderKey {
  /** The guid of the mailbox. */
  readonly mailbox: string;
  readonly folder: number;
}

/** What the id of an item says; an item that is moved gets another id, as its folder is part of it. */
export interface ItemKey extends FolderKey {
  readonly item: number;
}

/** Writes the ids of one mailbox. */
export class IdWriter {
  readonly #folder: Buffer;
  readonly #item: Buffer;
  readonly #replica: Buffer;

  /**
   * @param mailbox the guid of the mailbox
   * @param replica 16 bytes that name the store the mailbox was made in; they stay when it is moved
   */
  constructor(mailbox: string, replica: Buffer) {
    this.#replica = replica;
    this.#folder = template(mailbox, replica, FOLDER_ENTRY);
    this.#item = template(mailbox, replica, ITEM_ENTRY);
  }

  folderId(folder: number): string {
    this.#folder.writeUIntBE(folder, FOLDER_COUNTER_AT, 6);
    return this.#folder.toString('base64');
  }

  itemId(folder: number, item: number): string {
    this.#item.writeUIntBE(folder, FOLDER_COUNTER_AT, 6);
    this.#item.writeUIntBE(item, ITEM_COUNTER_AT, 6);
    return this.#item.toString('base64');
  }

  /** A change key: the kind of thing and the number of its last change. */
  changeKey(kind: keyof typeof STUB_CHANGE_KEYS, change: number): string {
    const key = Buffer.alloc(30);
    Buffer.from(STUB_CHANGE_KEYS[kind], 'base64').copy(key);
    key.writeUInt32LE(22, 4);
    this.#replica.copy(key, 8);
    key.writeUIntBE(change, 24, 6);
    return key.toString('base64');
  }
}

/** Change keys as notifications carry them: the kind and nothing else, of no use to a client. */
export const STUB_CHANGE_KEYS = { folder: 'AQAAAA==', item: 'CQAAAA==', calendarItem: 'DwAAAA==' } as const;

function template(mailbox: string, replica: Buffer, entryLength: number): Buffer {
  const id = Buffer.alloc(ENTRY_AT + entryLength + 1);
  HEADER.copy(id);
  id.write(mailbox, MAILBOX_AT, 'latin1');
  id.writeUInt16LE(entryLength, ENTRY_AT - 2);
  replica.copy(id, ENTRY_AT + 4);
  id[ENTRY_AT + 20] = entryLength === FOLDER_ENTRY ? 1 : 7;
  replica.copy(id, ENTRY_AT + 22);
  if (entryLength === ITEM_ENTRY) replica.copy(id, ENTRY_AT + 46);
  return id;
}

/** Reads an id of this or of another sandbox; `undefined` when it is none. */
export function readEwsId(id: string): FolderKey | ItemKey | undefined {
  const bytes = Buffer.from(id, 'base64');
  if (bytes.length < ENTRY_AT || !bytes.subarray(0, HEADER.length).equals(HEADER) || bytes.toString('base64') !== id) {
    return undefined;
  }
  const entryLength = bytes.readUInt16LE(ENTRY_AT - 2);
  if (bytes.length !== ENTRY_AT + entryLength + 1) return undefined;
  const mailbox = bytes.toString('latin1', MAILBOX_AT, MAILBOX_AT + GUID_LENGTH);
  if (entryLength === FOLDER_ENTRY) return { mailbox, folder: bytes.readUIntBE(FOLDER_COUNTER_AT, 6) };
  if (entryLength !== ITEM_ENTRY) return undefined;
  return { mailbox, folder: bytes.readUIntBE(FOLDER_COUNTER_AT, 6), item: bytes.readUIntBE(ITEM_COUNTER_AT, 6) };
}

/** The MAPI entry id in an EWS id; `undefined` when it is no EWS id. */
export function entryIdOf(id: string): Buffer | undefined {
  return readEwsId(id) && Buffer.from(id, 'base64').subarray(ENTRY_AT, -1);
}
