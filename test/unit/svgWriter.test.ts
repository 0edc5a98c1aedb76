// The SVG flame graph: well-formed and bounded whatever the names are, and alive in a real browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import sax from 'sax';
import { ProfileBuilder } from '../../src/core/builder.ts';
import type { Profile } from '../../src/core/profile.ts';
import { svgWriter } from '../../src/formats/svgWriter.ts';
import { xmlText } from '../../src/formats/xmlText.ts';
import { BrowserPages } from '../browserPage.ts';
import { stackProfile } from '../stackText.ts';
import { needsTool } from '../tools.ts';
import { everyFixture, fixtureProfile, writtenText } from '../writtenText.ts';

const assets = (name: string) => readFile(fileURLToPath(new URL(`../../dist/${name}`, import.meta.url)), 'utf8');
const HOSTILE = [
  '</script><script>alert(1)</script>', ']]><script>alert(2)</script>', '"onload="alert(3)', "' onclick='alert(4)", '<img src=x onerror=alert(5)>', '&amp;&lt;', '-->', '\u0000\u0007\ufffe', '\ud800', '𝔘𝔫𝔦',
];

/** Element names by how often they occur, and the texts of titles; throws when it is not well-formed. */
function parsed(svg: string): { readonly counts: Map<string, number>; readonly titles: string[] } {
  const parser = sax.parser(true);
  const counts = new Map<string, number>();
  const titles: string[] = [];
  let title = '';
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name }) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (name === 'title') title = '';
  };
  parser.ontext = (text) => (title += text);
  parser.onclosetag = (name) => {
    if (name === 'title') titles.push(title);
  };
  parser.write(svg).close();
  return { counts, titles };
}

function profileOf(names: readonly string[]): Profile {
  const builder = new ProfileBuilder([{ name: 'cpu', unit: 'nanoseconds', label: 'CPU <time>' }]);
  for (const name of names) builder.sampleOf(builder.stack(-1, builder.frame(builder.func({ name, file: name }))), 0, 1e6, 0);
  return builder.finish({ format: 'x', command: HOSTILE[0] });
}

describe('xmlText', () => {
  it('escapes what means something and replaces what XML has no form for', () => {
    assert.equal(xmlText('a<b>&"\''), 'a&lt;b&gt;&amp;&quot;&#39;');
    assert.equal(xmlText('\u0000\u001f\ud800\ufffe\uffff'), '\ufffd'.repeat(5));
    assert.equal(xmlText('tab\tline\n𝔘é'), 'tab\tline\n𝔘é');
  });
});

describe('SVG writer', () => {
  it('tells each box\'s name, place and costs', async () => {
    const profile = stackProfile('weights: 3  1\nmain[file:/src/a.c]  main[file:/src/a.c]\nwork[file:/src/a.c]  idle[object:/lib/x.so]');
    const { titles } = parsed(await writtenText(svgWriter, profile, { title: 'small' }));
    assert.deepEqual(titles, [
      'small', 'all\ntotal 4 (100.0 %), 4', 'main\n/src/a.c\ntotal 4 (100.0 %), 4', 'work\n/src/a.c\ntotal 3 (75.0 %), 3\nself 3 (75.0 %)',
      'idle\n/lib/x.so\ntotal 1 (25.0 %), 1\nself 1 (25.0 %)',
    ]);
  });

  it('is well-formed with hostile names, and they are text', async () => {
    const { counts, titles } = parsed(await writtenText(svgWriter, profileOf(HOSTILE), { assets }));
    assert.equal(counts.get('script'), 1);
    assert.equal(counts.get('img'), undefined);
    assert.equal(titles.length, HOSTILE.length + 2);
    assert.ok(titles.some((title) => title.startsWith(HOSTILE[1])));
  });

  it('says when it is an estimate, or cut short, or empty', async () => {
    const estimated = await writtenText(svgWriter, await fixtureProfile('callgrind/calls.out', 'callgrind'));
    assert.match(estimated, /estimated: the tool recorded calls/);
    assert.deepEqual(svgWriter.losses?.(await fixtureProfile('callgrind/calls.out', 'callgrind'), {})?.length, 1);
    const nothing = await writtenText(svgWriter, new ProfileBuilder([]).finish({ format: 'x' }));
    assert.match(nothing, /Nothing was measured/);
    parsed(nothing);
    assert.match(await writtenText(svgWriter, { ...profileOf(['a']), truncated: true }), /ended too early/);
  });

  it('stays bounded: 300,000 stacks, 100,000 frames, names of a megabyte', async () => {
    const builder = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    const leaves = Array.from({ length: 1000 }, (_, at) => builder.frame(builder.func({ name: `f${at}` })));
    for (let outer = 0; outer < 300; outer++) {
      const up = builder.stack(-1, leaves[outer]);
      for (const leaf of leaves) builder.addSelf(builder.stack(up, leaf), 0, 1);
    }
    const many = parsed(await writtenText(svgWriter, builder.finish({ format: 'x' }))).counts.get('g') ?? 0;
    assert.ok(many > 300 && many <= 20_000, `${many} boxes`);

    const deep = new ProfileBuilder([{ name: 'e', unit: 'count' }]);
    const frame = deep.frame(deep.func({ name: '<'.repeat(1_000_000) }));
    let stack = -1;
    for (let depth = 0; depth < 100_000; depth++) stack = deep.stack(stack, frame);
    deep.addSelf(stack, 0, 1);
    const text = await writtenText(svgWriter, deep.finish({ format: 'x' }));
    assert.ok((parsed(text).counts.get('g') ?? 0) === 2000 && text.length < 20_000_000, `${text.length} characters`);
    assert.match(text, /98001 deeper levels left out/);
  });

  it('draws every event of every fixture', async () => {
    let pictures = 0;
    for await (const [name, profile] of everyFixture()) {
      for (let event = 0; event < Math.max(1, profile.events.length); event++) {
        const { counts } = parsed(await writtenText(svgWriter, profile, { event, title: name }));
        assert.equal(counts.get('g') ?? 0, counts.get('rect')! - 1, name);
        pictures++;
      }
    }
    assert.ok(pictures > 60, `${pictures} pictures`);
  });

  it('has one colour for functions of one file', async () => {
    const svg = await writtenText(svgWriter, stackProfile('a[file:/x.c]  b[file:/x.c]  c[file:/y.c]\n'));
    const classes = [...svg.matchAll(/<rect class="(\w+)"/g)].map((match) => match[1]);
    assert.deepEqual([classes[0], classes[1] === classes[2], classes[1] === classes[3]], ['n', true, false]);
  });
});

describe('SVG flame graph in a browser', function () {
  this.timeout(30_000);
  let pages: BrowserPages;

  before(async function () {
    needsTool(this, 'chromium');
    pages = await BrowserPages.start();
  });

  after(async () => {
    await pages?.stop();
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`searches, zooms and resets by mouse and keyboard (${scheme})`, async () => {
      const profile = stackProfile(`
        weights: 6  3  1
        main  main  main
        parse  write  idle
        lex  -  -
      `);
      const { page, faults } = await pages.open(`small-${scheme}.svg`, await writtenText(svgWriter, profile, { assets, title: 'small' }), scheme);
      const shown = () => page.locator('#graph g:not(.hidden) rect').count();
      const widthOf = (name: string) => page.locator('#graph g', { hasText: new RegExp(`^${name}`) }).locator('rect').evaluate((rect) => rect.getBoundingClientRect().width);
      assert.equal(await shown(), 6);
      const whole = await widthOf('main');
      assert.ok(Math.abs(await widthOf('parse') - whole * 0.6) < 2);

      await page.keyboard.press('Tab');
      await page.keyboard.type('/^(par|wri)/');
      assert.equal(await page.textContent('#matched'), '90.0 % matched');
      assert.equal(await page.locator('#graph g.found').count(), 2);
      await page.fill('#search', '/(/');
      assert.equal(await page.textContent('#matched'), 'not a regular expression');
      await page.fill('#search', 'LEX');
      assert.equal(await page.textContent('#matched'), '60.0 % matched');
      await page.keyboard.press('Escape');
      assert.equal(await page.textContent('#matched'), '');

      await page.click('#graph g:has-text("parse") rect');
      assert.equal(await shown(), 4, 'all, main, parse, lex');
      assert.ok(Math.abs(await widthOf('parse') - whole) < 2);
      await page.click('#reset');
      assert.equal(await shown(), 6);

      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      assert.ok(Math.abs(await widthOf('write') - whole) < 2);
      assert.match(await page.textContent('#details') ?? '', /write · total 3/);
      await page.keyboard.press('Escape');
      assert.equal(await shown(), 6);
      await page.keyboard.press('Control+f');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'search');

      const background = await page.evaluate(() => getComputedStyle(document.getElementById('page')!).fill);
      assert.equal(background, scheme === 'dark' ? 'rgb(31, 31, 31)' : 'rgb(255, 255, 255)');
      assert.deepEqual(faults, []);
    });
  }

  it('runs nothing that a name brings', async () => {
    const { page, faults } = await pages.open('hostile.svg', await writtenText(svgWriter, profileOf(HOSTILE), { assets }));
    await page.hover('#graph g:nth-child(3)');
    await page.click('#graph g:nth-child(3)');
    await page.fill('#search', 'script');
    assert.match(await page.textContent('#matched') ?? '', /matched/);
    assert.deepEqual(faults, []);
  });
});
