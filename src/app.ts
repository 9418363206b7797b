/** The composition root: platform -> domains -> road -> transports, wired by hand, started and stopped in order. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { accessModule, ControlFeed, controlRows } from './access/index.ts';
import { auditDomain, type Audit } from './audit/index.ts';
import { authDomain, sessionLookup, workspaceLookups } from './auth/index.ts';
import { chatDomain } from './chat/index.ts';
import type { Config } from './config.ts';
import { digests, keyring, Vault } from './crypto/index.ts';
import { lifecycle, type Clock, type Stages } from './kernel/index.ts';
import { LIMIT_TABLE, type LimitTable } from './limits/index.ts';
import { moderationActs, moderationDomain, type Moderation } from './moderation/index.ts';
import { operations } from './operations.ts';
import { hashPool } from './platform/hash-pool/index.ts';
import type { Logger } from './platform/log.ts';
import { Postgres } from './platform/postgres/index.ts';
import { connectRedis } from './platform/redis.ts';
import { eventLoop, later, systemClock, systemEntropy } from './platform/system.ts';
import { clientAddresses } from './transport/client-address.ts';
import { plaintext } from './transport/plaintext.ts';
import { hardenServer, httpApp, serverFor } from './transport/http/index.ts';
import { socketGateway } from './transport/socket/index.ts';
import { nodeBus } from './wiring/bus.ts';
import { consenting } from './wiring/consents.ts';
import { controlled } from './wiring/control.ts';
import { ephemera, shown } from './wiring/ephemeral.ts';
import { jobsOf } from './wiring/jobs.ts';
import { hostJudge } from './wiring/hosts.ts';
import { fitPostgres } from './wiring/fit.ts';
import { limits as limitsOf } from './wiring/limits.ts';
import { mailDesk, type MailOptions } from './wiring/mail.ts';
import { privacyOf } from './wiring/privacy.ts';
import { signing } from './wiring/signing.ts';
import { exportsOf } from './wiring/exports.ts';
import { publisher } from './wiring/publish.ts';
import { readiness } from './wiring/readiness.ts';
import { reuseRecorded } from './wiring/reuse.ts';
import { stages as stagesOf } from './wiring/stages.ts';
import { told } from './wiring/told.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly limits?: LimitTable;
}

export type App = ReturnType<typeof createApp>;

/** Builds a node. Nothing listens before `start`, nothing is left running after `stop`. */
export function createApp({ config, log, clock = systemClock, limits = LIMIT_TABLE }: AppOptions) {
  const entropy = systemEntropy(clock);
  const postgres = new Postgres(config.database);
  const redis = connectRedis(config.redis, (event, detail) => log.warn(event, { detail }));
  const passwords = hashPool(config.hashing);
  const transaction = postgres.transaction.bind(postgres);
  const { statements } = postgres;
  const lease = new ControlFeed({
    rows: controlRows(postgres.aside),
    clock,
    later,
    apply: (event) => onControl(event),
    alongside: () => fit.stands().then(() => auth.readSigningKeys()),
    missed() {
      auth.forgetAll();
      gateway.rooms.closeAll('access_changed');
    },
    failed: (what, cause) => log.log(cause === undefined ? 'info' : 'warn', what, { cause }),
  });
  const calls = told(log);
  const { failed } = calls;
  const root = keyring(config.keys.root);
  const fit = fitPostgres(postgres, { config, root });
  const vault = new Vault(root, entropy, clock);
  const { bus, says } = nodeBus({ config, root, clock, entropy, log });
  const alert: Audit['integrity']['note'] = (...found) => audit.integrity.note(...found);
  const base = { clock, entropy, vault, transaction, alert };
  const lookUps = digests(keyring(config.keys.digests));
  const clientAddress = clientAddresses(config.trustedProxies);
  const unencrypted = config.production ? plaintext(config.trustedProxies) : () => false;
  const sizes = config.door;
  const { limited, door } = limitsOf({ sizes, table: limits, clock, redis, digests: lookUps, log });
  const mentionsToTell: MailOptions['mentionsToTell'] = (...of) => consented.mentionsToTell(...of);
  const auth = authDomain({
    ...base,
    mail: mailDesk({ config, statements, clock, log, mentionsToTell }),
    ...config.tokens,
    ownHosts: config.ownHosts,
    passwords,
    digests: lookUps,
    peppers: keyring(config.keys.peppers),
    ...signing({ keys: config.keys, root, entropy, aside: postgres.aside, log }),
    workspaces: workspaceLookups(statements),
    sessions: sessionLookup(statements),
    recordReuse: reuseRecorded(() => audit),
    sessionEnded: (sessionId, closure) => announce({ effect: 'session-ended', sessionId, closure }),
  });
  const { profileNames } = auth;
  const judgeHost = hostJudge(config.hosts, auth.workspaceOfHost);
  const kept = { ephemera: ephemera(redis, lookUps, { entropy, config }), statements };
  const shared = { ...base, later, acts: moderationActs({ vault, entropy }) };
  const screen: Moderation['screen'] = (text) => moderation.screen(text);
  const chat = chatDomain({ ...shared, ...kept, screen, profileNames, ...config.chat });
  const heard = { announce, failed };
  const moderation = moderationDomain({ ...shared, ...kept, ...heard, chat: chat.services });
  const audit = auditDomain({ ...base, later, ...calls.recording });
  const consented = consenting({ ...base, auth, chat });
  const taken = { consented, stepUp: auth.stepUp, audit, announce, later, log };
  const erasing = privacyOf({ ...base, ...taken, config, root, postgres, digests: lookUps });
  const exporting = { ...base, digests: lookUps, config, root, announce };
  const exports = exportsOf(exporting, [auth, chat, moderation, audit]);

  const working = [consented, moderation, erasing, exports];
  const publish: Stages['publish'] = (effects, call) => publishing.publish(effects, call);
  const access = { module: accessModule(operations, entropy) };
  const stages = stagesOf({
    modules: [access, auth, chat, ...working].map(({ module }) => module),
    clock,
    authenticate: auth.authenticate,
    limiter: limited,
    audit,
    transaction,
    publish,
    lease,
    later,
    callsAdmitted: config.callsAdmitted,
    ...calls,
  });

  let live = false;
  const { server, renew } = serverFor(
    config.listen.tls,
    httpApp({
      operations,
      stages,
      entropy,
      clientAddress,
      allowedOrigins: config.allowedOrigins,
      door,
      machineTime: () => systemClock.now(),
      misused: (cause) => log.error('express-rate-limit', { cause }),
      log: (line) => calls.requested({ ...line }),
      health: { live: () => true, ready: readiness({ live: () => live, lease, postgres, redis }) },
      jwks: auth.jwks,
      secure: config.secure,
      plaintext: unencrypted,
      judgeHost,
      turnedAway: audit.turnedAway,
      loop: eventLoop,
      later,
    }),
  );
  hardenServer(server);
  const gateway = socketGateway({
    http: server,
    operations,
    stages,
    clock,
    entropy,
    clientAddress,
    admit: limited.admit.bind(limited),
    socketsPerAddress: sizes.socketsPerAddress,
    frames: sizes.frames,
    handshakes: sizes.handshakes,
    allowedOrigins: config.allowedOrigins,
    plaintext: unencrypted,
    judgeHost,
    turnedAway: audit.turnedAway,
    drainMs: config.drainMs,
    later,
    loop: eventLoop,
    async prove(...shown) {
      await lease.required('unavailable');
      return auth.enter(...shown);
    },
    left: (channels) => followers.left(channels),
    gone: (connectionId) => chat.presence.gone(connectionId),
    refused: (what, result, traceId, count) =>
      log.info('refused', { what, result, traceId, count }),
    bus: {
      ...says,
      heard(notice) {
        publishing.here(notice);
        if (notice.effect === 'session-ended' || notice.effect === 'token-revoked') readControl();
      },
      notUnderstood: () => log.warn('bus', { what: 'notice of an unknown shape' }),
    },
  });
  const { rooms } = gateway;
  const mayDeliver = () => lease.mayDeliver();
  const followers = chat.followers({ audience: rooms, later, failed, mayDeliver });
  const { forget, tokenStands } = auth;
  const { notify, reauthorise } = gateway;
  const readControl = () => void lease.read();
  const publishing = publisher({
    ...{ followers, rooms, reauthorise, forget, tokenStands },
    ...{ lease, readControl, notify, failed },
    ...shown({ clock, lease, rooms, presence: chat.presence, notify, failed, transaction }),
  });

  function announce(effect: Parameters<typeof publishing.here>[0]): void {
    publishing.here(effect);
    gateway.notify(effect);
  }

  const onControl = controlled({ auth, vault, rooms, here: publishing.here });

  const { start, stop } = lifecycle([
    { name: 'redis', stop: () => redis.close() },
    { name: 'bus', stop: () => bus.close() },
    { name: 'passwords', stop: () => passwords.close() },
    { name: 'postgres', ...fit },
    { name: 'erasure ledger', ...erasing.gate },
    { name: 'audit', stop: () => audit.drained() },
    { name: 'followers', stop: () => followers.stop() },
    { name: 'presence', stop: () => chat.presence.stop() },
    { name: 'lease', start: () => lease.start(), stop: () => lease.stop() },
    { name: 'mail', ...auth.postman },
    { name: 'jobs', ...jobsOf({ config, of: working, lease, entropy, log }) },
    {
      name: 'transports',
      async start() {
        await once(server.listen(config.listen.port, config.listen.host), 'listening');
        live = true;
      },
      async stop() {
        live = false;
        await gateway.close();
      },
    },
  ]);
  return {
    start,
    stop,
    auth,
    /** Resolves where a backup was put into the database meanwhile: whoever runs this node ends it then. */
    outlived: fit.outlived,
    /** The port it listens on, once started. */
    port: () => (server.address() as AddressInfo).port,
    /** Another certificate for those who connect from now on. */
    renew,
    /** For tests and tools beside the road: what is waiting to be recorded, what is held in memory. */
    audit,
    bus,
    lease,
    followers,
    presence: chat.presence,
    passwords,
  };
}
