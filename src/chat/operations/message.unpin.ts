/** Lets a pinned message go. */
import { onMessage } from '../access.ts';
import { operation } from '../declare.ts';
import { pinFacts, PinInput, PinOutput, setPin } from '../set-pin.ts';

export const messageUnpin = operation({
  name: 'message.unpin',
  summary: 'Lets a pinned message go. One that is not pinned stays as it is.',
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/pin/removal', socket: true },
  commit: 'own',
  input: PinInput,
  output: PinOutput,
  access: onMessage({ own: 'message.pin', any: 'message.pin' }),
  limit: 'message.write',
  audit: { record: ({ subject }) => pinFacts(subject, false) },
  refuses: ['channel_archived'],
  handle: ({ subject, services }) => setPin(services, subject, null),
});
