/** Somebody who sends or gets mail. */
export interface Person {
  readonly name: string;
  /** An SMTP address. */
  readonly address: string;
}

/** A person, or an SMTP address that stands for the name too. */
export type PersonLike = Person | string;

export function person(like: PersonLike): Person {
  return typeof like === 'string' ? { name: like, address: like } : like;
}
