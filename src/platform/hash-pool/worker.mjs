// Hashes and compares passwords off the main thread; it sees only pre-hashed text, never a password.
import { constants, setPriority } from 'node:os';
import bcrypt from 'bcryptjs';

// On Linux a thread has a priority of its own (nice(2)): who talks goes before who signs in. Elsewhere it would be the
// whole process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

export default function work({ task, text, cost, hash }) {
  return task === 'hash' ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
}
