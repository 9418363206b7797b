// Hashes and compares passwords off the main thread; it sees only pre-hashed text, never a password.
'use strict';
// CommonJS, because piscina loads it by `require`, and Node 20 ends the whole process where a thread is stopped while
// it requires an ES module.
const { constants, setPriority } = require('node:os');
const bcrypt = require('bcryptjs');

// On Linux a thread has a priority of its own (nice(2)): who talks goes before who signs in. Elsewhere it would be the
// whole process's.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

module.exports = function work({ task, text, cost, hash }) {
  return task === 'hash' ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
};
