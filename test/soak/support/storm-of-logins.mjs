// Signs in as many people as it is told, all at once, from a thread of its own: whoever measures meanwhile is not held up.
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';

// They would sit at two hundred other machines: here, they do not take the processor from the nodes and those who talk.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const { url, workspace, logins, round } = workerData;

/** Everybody from an address of their own, to an account of their own that there is not: it costs the same. */
async function login(i) {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': `203.${round}.${i >> 8}.${i & 255}`,
    },
    body: JSON.stringify({
      workspace,
      email: `storm-${round}-${i}@example.org`,
      password: 'Wrong-Pass-1',
    }),
  });
  const { code } = await response.json();
  const header = response.headers.get('retry-after');
  return { status: response.status, code, retryAfter: header === null ? null : Number(header) };
}

parentPort.postMessage(await Promise.all(Array.from({ length: logins }, (_, i) => login(i))));
