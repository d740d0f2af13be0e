/** Points aliases as deployments say, and takes deployments back. */
import { randomInt } from 'node:crypto';
import { messageOf } from '../../core/errors.ts';
import type { DeploymentAccount } from './account.ts';
import { type Deployment, ended, isOver } from './deployment.ts';
import { completed, rollbackOf, rolledBackBy } from './rollback.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const newId = (): string =>
  `d-${Array.from({ length: 9 }, () => letters[randomInt(letters.length)]).join('')}`;

/** @param publish is given every state of a deployment that rolls another one back */
export const createTraffic = (account: DeploymentAccount, publish: (d: Deployment) => void) => {
  /** Points the alias as the weight says; at the new version alone with all of it. */
  const point = ({
    functionName,
    alias,
    currentVersion,
    targetVersion,
    weight,
  }: Deployment): Promise<void> => {
    const to =
      weight === 1
        ? { version: targetVersion, weights: {} }
        : { version: currentVersion, weights: weight === 0 ? {} : { [targetVersion]: weight } };
    return account.pointAlias(functionName, alias, to);
  };

  const notPointed = (d: Deployment, error: unknown): Deployment =>
    ended(
      d,
      {
        status: 'Failed',
        code: 'INTERNAL_ERROR',
        message: `${d.functionName}:${d.alias} could not be pointed elsewhere: ${messageOf(error)}`,
        rollsBack: d.rollbackOn.includes('DEPLOYMENT_FAILURE'),
      },
      Date.now(),
    );

  /** The one that is rolled back is over when its rollback is. */
  const rollBack = async (d: Deployment): Promise<Deployment> => {
    const begun = rollbackOf(d, newId(), Date.now());
    publish(begun);
    let by = completed(begun, Date.now());
    try {
      await point(by);
    } catch (error) {
      by = notPointed(begun, error);
    }
    publish(by);
    return rolledBackBy(d, by);
  };

  /** @returns the deployment with its alias where it belongs, rolled back where that is due */
  const carryOut = async (before: Deployment, after: Deployment): Promise<Deployment> => {
    let next = after;
    if (next.weight !== before.weight)
      try {
        await point(next);
      } catch (error) {
        next = notPointed(before, error);
      }
    return isOver(next) && next.rollsBack ? rollBack(next) : next;
  };

  return { carryOut, rollBack };
};
