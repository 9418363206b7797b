/** A clone is made ready to run once, by one process at a time. */
import { join } from 'node:path';
import { generate, needsGenerate } from './generate.mjs';
import { install, needsInstall } from './install.mjs';
import { waitForLock } from './lock.mjs';
import { ownFolder } from './paths.mjs';

export async function prepare({ root, env, say, run, signal }) {
  const dev = env.NODE_ENV !== 'production';
  const ready = () => !needsInstall(root, { dev }) && !needsGenerate(root);
  if (ready()) return;
  await underLock({ root, say, signal }, async () => {
    if (needsInstall(root, { dev })) await install(root, { say, run });
    if (needsGenerate(root)) await generate(root, { say, run });
  });
}

/** Installing twice at once into one node_modules would leave it half written. */
export async function underLock({ root, say, signal }, work) {
  const run = ownFolder(join(ownFolder(join(root, 'var'), 0o711), 'run'), 0o700);
  const lock = await waitForLock(join(run, 'prepare.json'), {
    signal,
    onWait: ({ pid }) => say(`Waiting for process ${pid}, which is installing in this folder …`),
  });
  try {
    await work();
  } finally {
    lock.release();
  }
}
