/** Declares who may say how long things are kept and have them removed: who administers the settings, at the commit too. */
import { mayInWorkspace } from '../../access/index.ts';
import type { UserId } from '../../contract/index.ts';
import type { PrivacyServices, Proof } from '../services.ts';

/** The caller proved their password, and may still do it: they are held since then. */
export async function stillMay(
  services: PrivacyServices,
  caller: { readonly userId: UserId },
  proof: Proof,
): Promise<'yes' | 'invalid_credentials' | 'forbidden'> {
  if (!(await services.stands(proof))) return 'invalid_credentials';
  const standing = await services.standings.inWorkspace(caller.userId);
  return standing && mayInWorkspace(standing, 'setting.administer') ? 'yes' : 'forbidden';
}
