import { omitUndefined } from './omit-undefined.js';
import { readBoolean } from './simple-values.js';
import type { XmlElement } from './xml-element.js';

/** What tasks have (schema: TaskType). */
export interface TaskFields {
  readonly startDate?: string;
  readonly dueDate?: string;
  readonly completeDate?: string;
  readonly isComplete?: boolean;
  /** NotStarted, InProgress, Completed, WaitingOnOthers or Deferred. */
  readonly status?: string;
  /** 0 to 100. */
  readonly percentComplete?: number;
  readonly owner?: string;
}

export function readTaskFields(element: XmlElement): TaskFields {
  const time = (name: string) => element.childText(name)?.trim();
  const percent = Number(element.childText('PercentComplete') ?? Number.NaN);
  return omitUndefined<TaskFields>({
    startDate: time('StartDate'),
    dueDate: time('DueDate'),
    completeDate: time('CompleteDate'),
    isComplete: readBoolean(element.childText('IsComplete')),
    status: element.childText('Status'),
    percentComplete: Number.isNaN(percent) ? undefined : percent,
    owner: element.childText('Owner'),
  });
}
