/** What goes on beside a shift of traffic: its alarms are looked at, and the probe that feeds them is run once a minute. */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../core/errors.ts';
import { evaluateAlarm } from '../metrics/alarms.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { DeploymentAccount } from './account.ts';

/** Requests to each version in a run of the probe, and the share of the minute that it takes for them. */
const probeRequests = 150;
const probeShare = 0.75;

/** How often alarms are looked at; also how late the last values of a minute may come. A tenth of a minute, within bounds. */
export const pollMsOf = (minuteMs: number): number => Math.min(5_000, Math.max(50, minuteMs / 10));

/** The alarms that are active, in words; undefined where none is. @throws UnsupportedAlarmError, ExpressionError */
export const activeAlarms = (
  alarms: readonly MetricAlarm[],
  metrics: Metrics,
  sinceMs: number,
): string | undefined => {
  const nowMs = Date.now() - pollMsOf(metrics.minuteMs);
  const active = alarms.flatMap((alarm) => {
    const { value, reason } = evaluateAlarm(alarm, metrics, { nowMs, sinceMs });
    return value === 'ALARM' ? [`${alarm.AlarmName ?? ''} (${reason})`] : [];
  });
  return active.length === 0 ? undefined : `alarms are active: ${active.join('; ')}`;
};

/** Events that a schedule of once a minute would bring: on AWS a rule does, which is not deployed here. */
export const startProbing = (
  { probe, invoke }: Pick<DeploymentAccount, 'probe' | 'invoke'>,
  minuteMs: number,
  say: (line: string) => void,
) => {
  const seconds = (minuteMs * probeShare) / 1000;
  const event = { seconds, requestsPerSecond: probeRequests / seconds };
  let running = false;
  let timer: NodeJS.Timeout | undefined;

  const run = async (): Promise<void> => {
    // One that takes longer than a minute leaves the next one out: its load would come on top.
    if (running) return;
    running = true;
    try {
      const arn = await probe();
      if (arn !== undefined) await invoke(arn, event);
    } catch (error) {
      say(`the probe of a rollout: ${messageOf(error)}`);
    } finally {
      running = false;
    }
  };
  /** At the beginning of each minute, so that what it finds belongs to the same one. */
  const next = (): void => {
    void run();
    timer = setTimeout(next, minuteMs - (Date.now() % minuteMs));
  };
  next();
  return {
    stop: (): void => {
      clearTimeout(timer);
    },
  };
};
