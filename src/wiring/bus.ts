/** The way to the other nodes, with the keys, the name and the channels of this deployment. */
import type { Config } from '../config.ts';
import { busRing, digestOf, packets, type Keyring } from '../crypto/index.ts';
import type { Clock, Entropy } from '../kernel/index.ts';
import { connectBus } from '../platform/bus/index.ts';
import type { Logger } from '../platform/log.ts';
import { later, nodeName } from '../platform/system.ts';
import { noticePackets } from '../transport/bus/index.ts';

interface Parts {
  readonly config: Config;
  readonly root: Keyring;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
}

/** Two deployments on one Redis have different databases: neither hears the other. */
export function nodeBus({ config, root, clock, entropy, log }: Parts) {
  const { pubSub } = config;
  const node = nodeName(config.listen);
  const bus = connectBus(config.redis, {
    seal: packets({ ring: busRing(root, config.keys.bus), node, clock, entropy }),
    pubSub,
    admits: noticePackets(pubSub),
    later,
    dropped: (byFault) => log.warn('bus: packets dropped', { dropped: byFault }),
  });
  const prefix = `conclave-${digestOf(config.database.name).toString('hex', 0, 8)}`;
  return { bus, says: { ...bus, pubSub, prefix } };
}
