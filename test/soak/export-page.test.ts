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
    const hebrew = 'שלום לכולם, good morning';
    const said = [...EVIL, hebrew, 'Good morning', 'w'.repeat(600), 'One\n\n  two three'];
    for (const text of said) await ada.person.send(channelId, text, at.world.clientId()).accepted();
    const archive = await archiveOf(at.world, ada);
    for (const [path, bytes] of archive.files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1100, height: 1400 } });
      const asked: string[] = [];
      const loud: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => loud.push(message.text()));
      page.on('dialog', () => loud.push('a dialog'));
      const url = pathToFileURL(join(folder, 'index.html')).href;
      await page.goto(url, { waitUntil: 'load' });
      assert.deepEqual(asked, [url], 'nothing but the page itself');
      assert.deepEqual(loud, []);
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
      // Each text in the direction of its own letters, and an id or a time on one line, also on a narrow screen.
      const directions = await page.evaluate(
        `[...document.querySelectorAll('td')].filter((td) => td.textContent === ${JSON.stringify(hebrew)})
          .map((td) => getComputedStyle(td).direction)`,
      );
      assert.deepEqual(directions, ['rtl']);
      for (const width of [1100, 390]) {
        await page.setViewportSize({ width, height: 1400 });
        const sizes = await page.evaluate(`({
          beyond: document.documentElement.scrollWidth - innerWidth,
          lines: [...document.querySelectorAll('td.fixed:not(:has(br))')].filter((td) => {
            const range = document.createRange();
            range.selectNodeContents(td);
            return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1;
          }).length,
        })`);
        assert.deepEqual(sizes, { beyond: 0, lines: 0 }, `${width} wide`);
      }
      // On paper nothing is cut off, since nothing can be scrolled there.
      await page.setViewportSize({ width: 1030, height: 700 });
      await page.emulateMedia({ media: 'print' });
      const cut = await page.evaluate(
        `[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth + 1).length`,
      );
      assert.equal(cut, 0);
      await page.emulateMedia({ media: 'screen' });
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
