/** What the log is told of calls: a line for each where somebody wants it, and of every failure what and whose it was. */
import type { AuditOptions } from '../audit/index.ts';
import { RefreshTokenReused } from '../auth/index.ts';
import type { Logger } from '../platform/log.ts';
import type { StagesOptions } from './stages.ts';

type RequestLine = Readonly<Record<string, unknown>> & { readonly fault?: unknown };

/** `failed` also hears what failed beside any call. */
export function told(log: Logger) {
  const observe: StagesOptions['observe'] = ({ caller, ...call }) => {
    // Who is refused before anybody knows who it is may have no workspace to be recorded in: the log has it.
    const level = caller === null && call.result !== 'ok' ? 'info' : 'debug';
    if (!log.isLevelEnabled(level)) return; // winston forms a line before it finds that nobody wants it
    const user = caller?.kind === 'actor' ? caller.userId : null;
    log.log(level, 'call', { ...call, user });
  };
  const failed = (error: unknown, traceId?: string, operation?: string): void => {
    if (error instanceof RefreshTokenReused)
      log.warn('refresh token reused', { traceId, sessionId: error.sessionId });
    else log.error('failed', { traceId, operation, cause: error });
  };
  const requested = ({ fault, ...line }: RequestLine): void => {
    if (fault === undefined) log.info('request', line);
    else log.error('request', { ...line, cause: fault });
  };
  const recording: Pick<AuditOptions, 'alarmed' | 'failed' | 'signalled'> = {
    alarmed: (row) => log.error('integrity', { row }),
    failed: (cause, lost) => log.error('not recorded', { lost, cause }),
    signalled: (signal) => log.warn('security', { signal }),
  };
  return { observe, failed, requested, recording };
}
