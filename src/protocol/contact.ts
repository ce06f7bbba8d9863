import { omitUndefined } from './omit-undefined.js';
import type { XmlElement } from './xml-element.js';

/** What contacts have (schema: ContactItemType). */
export interface ContactFields {
  readonly displayName?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly fileAs?: string;
  readonly companyName?: string;
  readonly department?: string;
  readonly jobTitle?: string;
  /** By the schema's keys: EmailAddress1, EmailAddress2, EmailAddress3. */
  readonly emailAddresses?: Readonly<Record<string, string>>;
  /** By the schema's keys: BusinessPhone, MobilePhone and others. */
  readonly phoneNumbers?: Readonly<Record<string, string>>;
}

export function readContactFields(element: XmlElement): ContactFields {
  const text = (name: string) => element.childText(name);
  return omitUndefined<ContactFields>({
    displayName: text('DisplayName'),
    givenName: text('GivenName'),
    surname: text('Surname'),
    fileAs: text('FileAs'),
    companyName: text('CompanyName'),
    department: text('Department'),
    jobTitle: text('JobTitle'),
    emailAddresses: readDictionary(element.child('EmailAddresses')),
    phoneNumbers: readDictionary(element.child('PhoneNumbers')),
  });
}

/** `Entry` elements by their keys. Keys come from the server: what would not be a property of its own is left out. */
function readDictionary(holder: XmlElement | undefined): Readonly<Record<string, string>> | undefined {
  if (!holder) return undefined;
  const entries = holder.children.flatMap(({ attributes, text }) =>
    attributes.Key === undefined || attributes.Key === '__proto__' ? [] : [[attributes.Key, text] as const],
  );
  return Object.fromEntries(entries);
}
