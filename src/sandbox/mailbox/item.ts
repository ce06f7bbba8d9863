import type { Folder } from './folder.js';
import { person, type Person, type PersonLike } from './person.js';

/** When and where an appointment is. Times in milliseconds since 1970. */
export interface Appointment {
  readonly start: number;
  readonly end: number;
  readonly location?: string;
  readonly isAllDay?: boolean;
  /** Whether it is the first of a series. */
  readonly isRecurring?: boolean;
  readonly isCancelled?: boolean;
  readonly freeBusy?: 'Free' | 'Tentative' | 'Busy' | 'OOF';
  /** Who invited, where that is somebody else than the owner of the mailbox. */
  readonly organizer?: PersonLike;
  /** Who else is to come. */
  readonly attendees?: readonly PersonLike[];
}

/** A file in an item. */
export interface Attachment {
  readonly name: string;
  readonly contentType: string;
  /** Text stands for its UTF-8. */
  readonly content: Buffer | string;
  readonly isInline?: boolean;
}

/** What makes a contact of an item. */
export interface Contact {
  readonly givenName: string;
  readonly surname: string;
  readonly companyName?: string;
  readonly emailAddress?: string;
  readonly mobilePhone?: string;
}

/** What makes a task of an item. Times in milliseconds since 1970. */
export interface Task {
  readonly startDate?: number;
  readonly dueDate?: number;
  /** 0 to 100, where it is complete. */
  readonly percentComplete?: number;
}

/** What a test or a script says of an item; everything it leaves out is filled in. */
export interface ItemProperties {
  readonly itemClass?: string;
  readonly subject?: string;
  readonly from?: PersonLike;
  readonly to?: readonly PersonLike[];
  readonly cc?: readonly PersonLike[];
  readonly body?: string;
  readonly bodyType?: 'Text' | 'HTML';
  readonly importance?: 'Low' | 'Normal' | 'High';
  readonly categories?: readonly string[];
  readonly isRead?: boolean;
  readonly isDraft?: boolean;
  readonly hasAttachments?: boolean;
  /** Milliseconds since 1970; now, if left out. */
  readonly received?: number;
  readonly attachments?: readonly Attachment[];
  readonly appointment?: Appointment;
  readonly contact?: Contact;
  readonly task?: Task;
}

/** An item as it lies in a mailbox. */
export class Item {
  /** Changes with each change of the item. */
  change: number;
  /** Milliseconds since 1970. */
  lastModified: number;
  itemClass = 'IPM.Note';
  subject = '';
  from: Person | undefined;
  to: readonly Person[] = [];
  cc: readonly Person[] = [];
  body = '';
  bodyType: 'Text' | 'HTML' = 'Text';
  importance: 'Low' | 'Normal' | 'High' = 'Normal';
  categories: readonly string[] = [];
  isRead = false;
  isDraft = false;
  hasAttachments = false;
  /** Milliseconds since 1970. */
  received: number;
  attachments: readonly Attachment[] = [];
  appointment: Appointment | undefined;
  contact: Contact | undefined;
  task: Task | undefined;

  /**
   * @param number its number in the mailbox; another after each move
   * @param created milliseconds since 1970
   */
  constructor(
    public number: number,
    public folder: Folder,
    readonly created: number,
    change: number,
  ) {
    this.change = change;
    this.lastModified = created;
    this.received = created;
  }

  /** The EWS id. It becomes another when the item is moved. */
  get id(): string {
    return this.folder.ids.itemId(this.folder.number, this.number);
  }

  get changeKey(): string {
    return this.folder.ids.changeKey(this.isCalendarItem ? 'calendarItem' : 'item', this.change);
  }

  get isCalendarItem(): boolean {
    return this.appointment !== undefined;
  }

  /** Characters, not bytes: near enough for a size that only has to be believable. */
  get size(): number {
    const attached = this.attachments.reduce((sum, { content }) => sum + content.length, 0);
    return 512 + this.subject.length + this.body.length + attached;
  }

  /** The element that EWS shows it as (schema: ArrayOfRealItemsType). */
  get kind(): 'Message' | 'CalendarItem' | 'Contact' | 'Task' {
    if (this.appointment) return 'CalendarItem';
    if (this.contact) return 'Contact';
    return this.task ? 'Task' : 'Message';
  }

  assign({ from, to, cc, appointment, ...plain }: ItemProperties): void {
    Object.assign(this, plain);
    if (from !== undefined) this.from = person(from);
    if (to !== undefined) this.to = to.map(person);
    if (cc !== undefined) this.cc = cc.map(person);
    if (plain.attachments?.length) this.hasAttachments = plain.hasAttachments ?? true;
    if (plain.contact) this.itemClass = plain.itemClass ?? 'IPM.Contact';
    if (plain.task) this.itemClass = plain.itemClass ?? 'IPM.Task';
    if (appointment === undefined) return;
    this.appointment = appointment;
    this.itemClass = plain.itemClass ?? 'IPM.Appointment';
    this.isRead = plain.isRead ?? true;
  }
}
