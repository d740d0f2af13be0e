/** What requests about queries say, and how they are refused. */
import * as v from 'valibot';
import { list, openFields, type Output, text, whole } from '../../core/schema/fields.ts';
import { mostRows } from '../insights/parse.ts';

const seconds = whole(0, 1e11);
export const startQuery = openFields({
  logGroupName: v.exactOptional(text(512)),
  logGroupNames: v.exactOptional(list(text(512), 50, 1)),
  logGroupIdentifiers: v.exactOptional(list(text(2048), 50, 1)),
  startTime: seconds,
  endTime: seconds,
  queryString: v.string('a text'),
  limit: v.exactOptional(whole(1, mostRows)),
});
export type StartQuery = Output<typeof startQuery>;

export const queryReference = openFields({ queryId: text(256) });

/** What SDKs make an exception of. */
export class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Of an ARN, with or without the `:*` behind it, or as it is. */
const groupName = (identifier: string): string => {
  const [, name] = /^arn:[^:]+:logs:[^:]*:\d*:log-group:([^:]+)(?::\*)?$/.exec(identifier) ?? [];
  return name ?? identifier;
};

export const groupsOf = ({
  logGroupName,
  logGroupNames,
  logGroupIdentifiers,
}: StartQuery): readonly string[] => {
  const given = [logGroupName && [logGroupName], logGroupNames, logGroupIdentifiers].filter(
    (one) => one !== undefined && one !== '',
  );
  const [only] = given;
  if (given.length === 1 && Array.isArray(only)) return only.map(groupName);
  throw new Refusal(
    'InvalidParameterException',
    'one of logGroupName, logGroupNames and logGroupIdentifiers has to be given',
  );
};
