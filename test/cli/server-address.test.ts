/** Addresses as people write them become one form, or are refused with the reason. */
import assert from 'node:assert/strict';
import { isInTheClear, serverAddress } from '../../src/cli/server-address.ts';

describe('the address of a server', () => {
  it('is taken as people write it', () => {
    const cases: [string, string][] = [
      ['https://chat.example.org', 'https://chat.example.org'],
      [' https://Chat.Example.org:443/ ', 'https://chat.example.org'],
      ['chat.example.org', 'https://chat.example.org'],
      ['chat.example.org:8443', 'https://chat.example.org:8443'],
      ['http://chat.example.org', 'http://chat.example.org'],
      ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
      ['localhost:3000', 'http://localhost:3000'],
      ['[::1]:3000', 'http://[::1]:3000'],
    ];
    for (const [given, address] of cases) assert.equal(serverAddress(given), address, given);
  });

  it('holds no password, no path and no other scheme', () => {
    const cases: [string, RegExp][] = [
      ['https://ada:secret@chat.example.org', /no name and no password/],
      ['https://chat.example.org/chat', /ends with its name or its port/],
      ['https://chat.example.org/?x=1', /ends with its name or its port/],
      ['ftp://chat.example.org', /is written like https/],
      ['file:///etc/passwd', /is written like https/],
      ['', /is written like https/],
      ['http://', /is written like https/],
    ];
    for (const [given, says] of cases) assert.throws(() => serverAddress(given), says, given);
  });

  it('tells where others could read what is sent', () => {
    for (const safe of ['https://chat.example.org', 'http://127.0.0.1:3000', 'http://[::1]'])
      assert.equal(isInTheClear(safe), false, safe);
    for (const open of ['http://chat.example.org', 'http://192.168.1.2', 'http://127.0.0.1.nip.io'])
      assert.equal(isInTheClear(open), true, open);
  });
});
