/** Lifts a legal hold, which takes another administrator than placed it; erasures that it kept go on. */
import { z } from 'zod';
import { HoldId, PasswordText } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onHold } from '../access.ts';
import { operation } from '../declare.ts';
import { bySecondPerson } from '../holds/second-person.ts';

export const holdLift = operation({
  name: 'hold.lift',
  summary: 'Lifts a legal hold that another administrator placed.',
  on: { http: 'POST /v1/holds/:holdId/lift', socket: true },
  commit: 'own',
  input: z.strictObject({
    holdId: HoldId,
    /** Of the caller. */
    password: PasswordText,
  }),
  output: z.strictObject({
    lifted: z.literal(true),
    /** Erasures that go on now, unless another hold keeps them. */
    resumed: z.int().nonnegative(),
  }),
  access: onHold,
  limit: 'auth.password',
  audit: {
    record: ({ subject: { id, subjectId, placedBy }, reply: { resumed } }) => ({
      resource: { kind: 'hold', id },
      ...(subjectId && { subjectId }),
      details: { placedBy, resumed },
    }),
  },
  refuses: ['invalid_credentials', 'second_person'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle(handling) {
    await bySecondPerson(handling);
    const { subject: hold, caller, services, now } = handling;
    await services.holds.exclude();
    await services.holds.lift(hold.id, caller.userId, now);
    await services.heldTexts.enqueue();
    const kept = (await services.erasures.held()).filter(
      ({ subjectId }) => hold.subjectId === null || hold.subjectId === subjectId,
    );
    for (const { id } of kept) await services.erasures.enqueue(id, 0);
    return reply({ lifted: true as const, resumed: kept.length });
  },
});
