/** Gives out the code with which an operator of the server opens, once, what a legal hold kept: it takes both of them. */
import { z } from 'zod';
import { Reason } from '../../access/index.ts';
import { HoldId, PasswordText, Timestamp } from '../../contract/index.ts';
import { reply } from '../../kernel/index.ts';
import { onHold } from '../access.ts';
import { operation } from '../declare.ts';
import { bySecondPerson } from '../holds/second-person.ts';

export const holdAuthoriseOpening = operation({
  name: 'hold.authorise-opening',
  summary:
    'A code, good once and for an hour, with which the operator opens what a legal hold kept from deletion; of another administrator than placed it.',
  on: { http: 'POST /v1/holds/:holdId/openings', socket: true },
  status: 201,
  commit: 'own',
  input: z.strictObject({
    holdId: HoldId,
    reason: Reason,
    /** Of the caller. */
    password: PasswordText,
  }),
  output: z.strictObject({
    /** For `conclave admin held-texts`; one that was given out before for this hold is good no more. */
    code: z.string(),
    expiresAt: Timestamp,
  }),
  access: onHold,
  limit: 'auth.password',
  audit: {
    record: ({
      subject: { id, subjectId, placedBy },
      input: { reason },
      reply: { expiresAt },
    }) => ({
      resource: { kind: 'hold', id },
      ...(subjectId && { subjectId }),
      details: { placedBy, expiresAt },
      reason,
    }),
  },
  refuses: ['invalid_credentials', 'second_person'],
  async prepare({ input: { password }, caller, domain, refuse }) {
    return (await domain.prove(caller, password)) ?? refuse('invalid_credentials');
  },
  async handle(handling) {
    await bySecondPerson(handling);
    const { subject: hold, caller, services, now } = handling;
    const { code, digest, until } = services.newOpeningCode(hold.id, now);
    await services.openings.authorise(hold.id, { by: caller.userId, digest, until });
    return reply({ code, expiresAt: until.getTime() });
  },
});
