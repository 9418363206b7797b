/** What ends or opens a hold takes a second administrator, who proves once more that they are who they are. */
import { mayInWorkspace } from '../../access/index.ts';
import type { Actor, Refuse } from '../../kernel/index.ts';
import type { PrivacyServices, Proof } from '../services.ts';
import type { HoldRow } from './hold-store.ts';

/** To be called first in the transaction: refuses `invalid_credentials`, `forbidden` and `second_person`. */
export async function bySecondPerson({
  subject: { placedBy },
  caller: { userId },
  services: { stands, standings },
  prepared,
  refuse,
}: {
  readonly subject: HoldRow;
  readonly caller: Actor;
  readonly services: PrivacyServices;
  readonly prepared: Proof;
  readonly refuse: Refuse<'invalid_credentials' | 'second_person'>;
}): Promise<void> {
  if (!(await stands(prepared))) refuse('invalid_credentials');
  // Held since then: what they may do is now what it is at the commit.
  const standing = await standings.inWorkspace(userId);
  if (!standing || !mayInWorkspace(standing, 'audit.administer')) refuse('forbidden');
  if (placedBy === userId) refuse('second_person');
}
