/** Somebody who listens to a channel on both nodes at once: what is done to them has to be felt on either. */
import type { ChannelId } from 'conclave/client';
import type { Person } from '../../support/person.ts';
import { clientId } from '../../support/two-nodes.ts';
import type { TwoProcesses } from '../../support/two-processes.ts';
import { Witness } from './witness.ts';

export interface OnBothNodes {
  readonly person: Person;
  /** On node A and on node B. */
  readonly sockets: readonly [Witness, Witness];
}

/** Somebody new, added by the owner, with a socket on each node, both of which have been shown the same message. */
export async function memberOnBothNodes(
  { nodes, owner, id }: { nodes: TwoProcesses; owner: Person; id: ChannelId },
  name: string,
): Promise<OnBothNodes> {
  const person = await nodes.person(name, nodes.a);
  await owner.call('member.add', { channelId: id, userId: person.userId }).accepted();
  const connections = [person.connection, await person.connectTo(nodes.b.url)] as const;
  for (const connection of connections)
    await connection.call('channel.subscribe', { channelId: id }).accepted();
  const sockets = [new Witness(connections[0]), new Witness(connections[1])] as const;
  const { rev } = await owner.send(id, `welcome ${person.userId}`, clientId()).accepted();
  await Promise.all(sockets.map((socket) => socket.comesTo(id, rev)));
  return { person, sockets };
}
