// The HTML report: the viewer in one file, in a real browser, from its file: address and without a network.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import type { Page } from 'playwright-core';
import { ProfileBuilder } from '../../src/core/builder.ts';
import type { Profile } from '../../src/core/profile.ts';
import { base64 } from '../../src/formats/base64.ts';
import { htmlWriter } from '../../src/formats/htmlWriter.ts';
import { BrowserPages, type OpenedPage } from '../browserPage.ts';
import { stackProfile } from '../stackText.ts';
import { needsTool } from '../tools.ts';
import { fixtureProfile, writtenText } from '../writtenText.ts';

const built = (name: string) => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));
const assets = (name: string) => readFile(built(name), 'utf8');
const screenshots = fileURLToPath(new URL('../../out/screenshots', import.meta.url));

const HOSTILE = '</script><script>alert(1)</script><!--<script>&amp;"\'';

describe('base64', () => {
  it('is what Buffer writes', () => {
    for (let length = 0; length < 10; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 89 + 250) & 255);
      assert.equal(Buffer.from(base64(bytes)).toString(), Buffer.from(bytes).toString('base64'));
    }
  });
});

describe('HTML report', function () {
  this.timeout(30_000);
  let pages: BrowserPages;

  before(async function () {
    needsTool(this, 'chromium');
    pages = await BrowserPages.start();
    await mkdir(screenshots, { recursive: true });
  });

  after(async () => {
    await pages?.stop();
  });

  const open = async (name: string, profile: Profile, scheme?: 'light' | 'dark'): Promise<OpenedPage> => (
    pages.open(`${name}.html`, await writtenText(htmlWriter, profile, { assets, title: name }), scheme));
  const tab = (page: Page, name: string) => page.click(`[data-testid=tab-${name}]`);

  for (const scheme of ['light', 'dark'] as const) {
    it(`shows summary, functions and flame graph (${scheme})`, async () => {
      const profile = stackProfile(`
        weights: 6  3  1
        main[file:/src/a.c][line:9]  main[file:/src/a.c][line:9]  main[file:/src/a.c][line:10]
        parse[file:/src/a.c][line:4]  write[file:/src/b.c][line:70]  idle[object:/lib/x.so]
      `);
      const { page, faults } = await open(`report-${scheme}`, profile, scheme);
      assert.equal(await page.title(), `report-${scheme}`);
      assert.match(await page.textContent('.summary h1') ?? '', /report/);
      assert.match(await page.textContent('[data-testid=summary-hot-functions]') ?? '', /parse/);
      assert.equal(await page.locator('[data-testid=show-log]').count(), 0, 'there is no log without an editor');
      await page.screenshot({ path: path.join(screenshots, `report-summary-${scheme}.png`) });

      await tab(page, 'functions');
      await page.waitForSelector('text=write');
      await page.click('.location:has-text("b.c")');
      await page.waitForSelector('#notice.shown');
      assert.match(await page.textContent('#notice code') ?? '', /^\/src\/b\.c(:\d+)?$/);
      await page.locator('[data-testid=search] input').fill('idle');
      await page.waitForFunction(() => !document.querySelector('.panel')?.textContent?.includes('write'));
      await page.screenshot({ path: path.join(screenshots, `report-functions-${scheme}.png`) });

      await tab(page, 'flame');
      assert.match(await page.textContent('.search-result') ?? '', /10\.0 %/);
      await page.locator('[data-testid=search] input').fill('');
      const canvas = await page.locator('.flame-canvas').boundingBox();
      assert.ok(canvas);
      // The first box of the second level below the root is the heaviest: parse.
      await page.mouse.click(canvas.x + 50, canvas.y + 50);
      await page.waitForSelector('.detail-name:has-text("parse")');
      await page.mouse.dblclick(canvas.x + 50, canvas.y + 50);
      await page.waitForSelector('.crumb:has-text("parse")');
      await page.screenshot({ path: path.join(screenshots, `report-flame-${scheme}.png`) });

      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const own = await background();
      assert.equal(own, scheme === 'dark' ? 'rgb(31, 31, 31)' : 'rgb(255, 255, 255)');
      await page.click('[data-testid=theme]');
      assert.notEqual(await background(), own);
      await page.waitForFunction(() => {
        const state = history.state as { view?: string; zoom?: unknown[] } | null;
        return state?.view === 'flame' && state.zoom?.length === 1;
      });
      await page.reload();
      // Chromium hands what a page stored to the next one in its own time, which on a busy machine is after the page has asked.
      for (let attempt = 0; attempt < 5 && (await background()) === own; attempt++) await page.reload();
      assert.notEqual(await background(), own, 'the choice is kept');
      await page.waitForSelector('[data-testid=tab-flame][aria-selected=true]');
      await page.waitForSelector('.crumb:has-text("parse")');
      assert.deepEqual(faults, []);
    });
  }

  it('shows values over time with the tree of a snapshot', async () => {
    const { page, faults } = await open('massif', await fixtureProfile('massif/heap.stacks.out', 'massif'));
    await tab(page, 'series');
    await page.waitForSelector('text=useful heap');
    await page.waitForSelector('text=inlined_buffer');
    await page.screenshot({ path: path.join(screenshots, 'report-series.png') });
    assert.deepEqual(faults, []);
  });

  it('shows findings with their stacks', async () => {
    const { page, faults } = await open('memcheck', await fixtureProfile('valgrind-xml/faults.memcheck.xml', 'valgrind-xml'), 'dark');
    await tab(page, 'findings');
    await page.click('text=Invalid write of size 1');
    await page.waitForSelector('[data-testid=finding-frame]');
    await page.screenshot({ path: path.join(screenshots, 'report-findings.png') });
    assert.deepEqual(faults, []);
  });

  it('says that a flame graph of calls is an estimate', async () => {
    const { page, faults } = await open('calls', await fixtureProfile('callgrind/calls.out', 'callgrind'));
    await tab(page, 'flame');
    assert.match(await page.textContent('.badge') ?? '', /estimate/i);
    assert.deepEqual(faults, []);
  });

  for (const [what, script] of [
    ['throws', 'window.Worker = class { constructor() { throw new Error("no workers for files"); } };'],
    ['fails', 'window.Worker = class { constructor() { setTimeout(() => this.onerror(new ErrorEvent("error"))); } terminate() {} };'],
  ] as const) {
    it(`answers in the page itself where a worker ${what}`, async () => {
      const text = await writtenText(htmlWriter, stackProfile('main  main\nwork  idle'), { assets });
      const { page, faults } = await pages.open(`no-worker-${what}.html`, text, 'light', script);
      await tab(page, 'functions');
      await page.waitForSelector('text=3 functions');
      await tab(page, 'flame');
      await page.waitForSelector('.flame-canvas');
      assert.deepEqual(faults, []);
    });
  }

  it('runs nothing that a name or a title brings', async () => {
    const builder = new ProfileBuilder([{ name: HOSTILE, unit: 'count' }]);
    builder.sampleOf(builder.stack(-1, builder.frame(builder.func({ name: HOSTILE, file: HOSTILE }))), 0, 1, 0);
    const text = await writtenText(htmlWriter, builder.finish({ format: 'x' }), { assets, title: HOSTILE });
    const { page, faults } = await pages.open('hostile.html', text);
    await tab(page, 'functions');
    await page.waitForSelector('text=alert(1)');
    assert.equal(await page.title(), HOSTILE);
    assert.deepEqual(faults, []);
  });

  it('says so when it was cut short or changed', async () => {
    const text = await writtenText(htmlWriter, await fixtureProfile('massif/heap.out', 'massif'), { assets });
    const { page } = await pages.open('broken.html', text.replace(/(class="profile">.{200}).{40}/, '$1'));
    assert.match(await page.textContent('[data-testid=state-failed]') ?? '', /cannot be read/);
  });

  it('carries a profile of several pieces', async () => {
    const builder = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    let state = 1;
    for (let at = 0; at < 60_000; at++) {
      // Noise, so that it does not compress away.
      let name = '';
      for (let part = 0; part < 12; part++) name += (state = (Math.imul(state, 1664525) + 1013904223) >>> 0).toString(36);
      builder.addSelf(builder.stack(-1, builder.frame(builder.func({ name }))), 0, 1);
    }
    const text = await writtenText(htmlWriter, builder.finish({ format: 'x' }), { assets });
    const parts = text.split('class="profile"').length - 1;
    assert.ok(parts >= 2, `${parts} elements`);
    const { page, faults } = await pages.open('pieces.html', text);
    await tab(page, 'functions');
    await page.waitForSelector('text=60,000 functions');
    assert.deepEqual(faults, []);
  });
});

describe('HTML writer', () => {
  it('needs the built page', async () => {
    await assert.rejects(writtenText(htmlWriter, stackProfile('a'), {}), /built with the program/);
  });

  it('names nothing outside of the page', async () => {
    const text = await writtenText(htmlWriter, stackProfile('a'), { assets });
    assert.match(text, /http-equiv="Content-Security-Policy" content="default-src 'none'/);
    assert.doesNotMatch(text, /HEATLINE_|<(link|iframe|img)\b|<script[^>]* src=|@import|url\((?!"?data:)/);
  });
});
