import type { Sandbox } from '../sandbox.js';

/** To which customers write. */
export const SUPPORT = 'support@sandbox.example';
/** A meeting room. */
export const ROOM = 'room-helsinki@sandbox.example';
/** The fifty branches of the company: `branch-01@sandbox.example` and so on. */
export const BRANCHES: readonly string[] = Array.from(
  { length: 50 },
  (_, at) => `branch-${String(at + 1).padStart(2, '0')}@sandbox.example`,
);

/**
 * Adds the mailboxes of a company to a sandbox that is there for trying things out. Its user may open all of them, with
 * rights of the user's own or by impersonation.
 */
export function addOrganization(sandbox: Sandbox): void {
  sandbox.addMailbox(SUPPORT, { displayName: 'Support' });
  sandbox.addMailbox(ROOM, { displayName: 'Room Helsinki' });
  BRANCHES.forEach((address, at) => sandbox.addMailbox(address, { displayName: `Branch ${at + 1}` }));
  for (const address of [SUPPORT, ROOM, ...BRANCHES]) sandbox.allowDelegate(address, sandbox.user);
  sandbox.allowImpersonation(sandbox.user);
}
