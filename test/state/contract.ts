// The story every store must be able to tell, whatever it is made of. `open` gives a new, empty store each time.

import { describe } from 'vitest';
import type { Store } from '../../src/state/store.ts';
import { accountsContract } from './contract/accounts.ts';
import { factsContract } from './contract/facts.ts';
import { historyContract } from './contract/history.ts';
import { outboxContract } from './contract/outbox.ts';
import { peopleContract } from './contract/people.ts';
import { plansContract } from './contract/plans.ts';
import { runsContract } from './contract/runs.ts';
import { seenContract } from './contract/seen.ts';
import { steeringContract } from './contract/steering.ts';
import { tasksContract } from './contract/tasks.ts';

export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps the contract of the store`, () => {
    runsContract(open);
    factsContract(open);
    accountsContract(open);
    historyContract(open);
    plansContract(open);
    outboxContract(open);
    tasksContract(open);
    seenContract(open);
    peopleContract(open);
    steeringContract(open);
  });
}
