/** Which hosts this server answers to: its own, those that the settings name, and those of its workspaces. */
import type { IncomingMessage } from 'node:http';
import type { Auth } from '../auth/index.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../kernel/index.ts';
import { hostOf } from '../transport/host.ts';

/** The no to a request for a host that is not of this server, or null. Rejects with a Refusal where it cannot tell. */
export type JudgeHost = (request: IncomingMessage) => Promise<Refusal | null>;

/**
 * A page of another name that leads to this server's address (DNS rebinding) finds nothing here. Without a list every
 * host is taken: during development a server is reached under many. What is no host at all is refused in any case.
 */
export function hostJudge(hosts: Config['hosts'], ofHost: Auth['workspaceOfHost']): JudgeHost {
  return async (request) => {
    const host = hostOf(request);
    if (host !== null && (hosts === 'any' || hosts.has(host))) return null;
    if (host !== null && (await ofHost(host)) !== null) return null;
    return new Refusal('unknown_host');
  };
}
