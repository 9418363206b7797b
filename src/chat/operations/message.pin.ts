/** Pins a message, so that everybody in the channel finds it. */
import { PINS } from '../../contract/index.ts';
import { onMessage } from '../access.ts';
import { operation } from '../declare.ts';
import { pinFacts, PinInput, PinOutput, setPin } from '../set-pin.ts';

export const messagePin = operation({
  name: 'message.pin',
  summary: 'Pins a message. One that is pinned already stays as it is.',
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/pin', socket: true },
  commit: 'own',
  input: PinInput,
  output: PinOutput,
  access: onMessage({ own: 'message.pin', any: 'message.pin' }),
  limit: 'message.write',
  audit: { record: ({ subject }) => pinFacts(subject, true) },
  refuses: ['channel_archived', 'message_deleted', 'too_many_pins'],
  async handle({ caller, subject, services, now, refuse }) {
    const { channel, message } = subject;
    if (message.deletedAt !== null) refuse('message_deleted');
    if (message.pinnedAt === null && (await services.pins.count(channel.id)) >= PINS)
      refuse('too_many_pins');
    return setPin(services, subject, { pinnedAt: now, pinnedBy: caller.userId });
  },
});
