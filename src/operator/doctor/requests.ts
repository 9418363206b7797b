/** Whether people wait for an answer about their data longer than the law lets them. */
import type { Waiting } from '../../privacy/index.ts';
import { ok, warning, type Finding } from './finding.ts';

export function judgeRequests({ open, overdue }: Waiting): Finding {
  const check = 'privacy-requests';
  if (overdue === 0) return ok(check, `none is overdue, ${open} wait for an answer`);
  return warning(
    check,
    `${overdue} are overdue, ${open} more wait for an answer`,
    'Administrators see which with privacy.requests: a legal hold may keep them, or a job was given up.',
  );
}
