// Hashes and compares passwords off the main thread; it sees only pre-hashed text, never a password.
import bcrypt from 'bcryptjs';

export default function work({ task, text, cost, hash }) {
  return task === 'hash' ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
}
