import { omitUndefined } from './omit-undefined.js';
import type { XmlElement } from './xml-element.js';

/** A person or a place by its address (schema: EmailAddressType). */
export interface EmailAddress {
  readonly name?: string;
  readonly emailAddress?: string;
  /** `SMTP`; `EX` for people of the same organization, whose `emailAddress` is then a directory path. */
  readonly routingType?: string;
}

/** The one address in a holder such as `From` (schema: SingleRecipientType). */
export function readOneAddress(holder: XmlElement | undefined): EmailAddress | undefined {
  const mailbox = holder?.child('Mailbox');
  return mailbox && readAddress(mailbox);
}

/** A `Mailbox` element. */
export function readAddress(mailbox: XmlElement): EmailAddress {
  return omitUndefined<EmailAddress>({
    name: mailbox.childText('Name'),
    emailAddress: mailbox.childText('EmailAddress'),
    routingType: mailbox.childText('RoutingType'),
  });
}
