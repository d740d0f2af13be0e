/** What roles may do and no call of a whole local run does, with the reason for each. */
interface Unused {
  readonly reason: string;
  /** `<role> <action> <resource>`. */
  readonly permissions: readonly string[];
}

const compare = '{Orchestrator/CompareRole}';
const children = 'arn:aws:states:us-east-1:000000000000:execution:{Orchestrator/Compare}/*:*';

export const unused: readonly Unused[] = [
  {
    reason:
      'Step Functions sets up its log with them while the state machine is made or changed; the emulator makes it without them and delivers no log.',
    permissions: [
      ...[
        'CreateLogDelivery',
        'GetLogDelivery',
        'UpdateLogDelivery',
        'DeleteLogDelivery',
        'ListLogDeliveries',
      ],
      ...['PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
    ].map((action) => `${compare} logs:${action} *`),
  },
  {
    reason: 'A query that gives no result within a minute is stopped with it; here all of them do.',
    permissions: ['{Orchestrator/Control/CollectRole} logs:StopQuery *'],
  },
  {
    reason: 'Only requests of a rollout are counted apart; here there is none.',
    permissions: ['Get', 'Put'].map(
      (verb) => `{PythonS3/Role} s3:${verb}Object arn:aws:s3:::{PythonS3/Hits}/canary`,
    ),
  },
  {
    reason:
      'Step Functions follows and stops the children of a Distributed Map with them; the emulator runs children within their parent.',
    permissions: ['DescribeExecution', 'StopExecution'].map(
      (action) => `${compare} states:${action} ${children}`,
    ),
  },
  {
    reason:
      'Step Functions follows and stops the execution of a tuner that it waits for with them; the emulator looks at it without a call.',
    permissions: [
      ...['DescribeExecution', 'StopExecution'].map(
        (action) =>
          `${compare} states:${action} arn:aws:states:us-east-1:000000000000:execution:{Orchestrator/Tuner/Tuner}:*`,
      ),
      ...['PutTargets', 'PutRule', 'DescribeRule'].map(
        (action) =>
          `${compare} events:${action} arn:aws:events:us-east-1:000000000000:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
      ),
    ],
  },
];
