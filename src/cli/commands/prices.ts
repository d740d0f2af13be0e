/** `latency-lab prices`: the prices that the lab reckons with, and new ones from AWS's Price List. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Argument } from 'commander';
import { type Offer, offerCodes, parseOffer, refresh } from '../../core/cost/offers.ts';
import {
  defaultPrices,
  parsePrices,
  priceFiles,
  type Prices,
  pricesOf,
  sourceOf,
  tiersOf,
} from '../../core/cost/prices.ts';
import { InputError, messageOf } from '../../core/errors.ts';
import { plural } from '../../core/report/format.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { errorCode } from '../explain.ts';
import { text, toggle } from '../options.ts';
import { readPrices } from '../price-file.ts';
import { table } from '../text.ts';

const priceList = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws';
/** A longer text than Node can hold as one; EC2's file of a large region may be. */
const mostBytes = 500_000_000;

const shown = (prices: Prices): string =>
  table(
    ['price', 'dollars', 'of', 'unit', 'seen', 'from'].map((title, i) => ({
      title,
      align: i === 1 || i === 2 ? 'right' : 'left',
    })),
    Object.entries(prices.prices).map(([name, entry]) => [
      name,
      tiersOf(entry)
        .map(({ price }) => String(price))
        .join(' / '),
      ...[String(entry.per), entry.unit, entry.date, sourceOf(prices, name).source],
    ]),
  );

const download = async (url: string, signal: AbortSignal): Promise<string> => {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  if (Number(answer.headers.get('content-length') ?? 0) > mostBytes) throw new Error('it is too large');
  return answer.text();
};

/** `<OfferCode>.json` of a directory, or the Price List's own layout behind a URL. Undefined, said aloud, where it cannot be had. */
const readOffer = async (
  from: string,
  region: string,
  code: string,
  { terminal, signal }: Context,
): Promise<Offer | undefined> => {
  const isUrl = /^https?:\/\//.test(from);
  const where = isUrl ? `${from}/${code}/current/${region}/index.json` : join(from, `${code}.json`);
  let json: string;
  try {
    json = isUrl ? await download(where, signal) : await readFile(where, 'utf8');
  } catch (error) {
    signal.throwIfAborted();
    terminal.say(`${code}: not read (${errorCode(error) || messageOf(error)})`);
    return undefined;
  }
  return parseOffer(json, where);
};

const refreshRegion = async (
  region: string,
  from: string,
  out: string,
  context: Context,
): Promise<number> => {
  const isOwn = priceFiles().some((file) => file.region === region);
  const offers = new Map<string, Offer>();
  for (const code of offerCodes) {
    const offer = await readOffer(from, region, code, context);
    if (offer !== undefined) offers.set(code, offer);
  }
  const { file, found, kept } = refresh(defaultPrices(region), region, isOwn, offers);
  const json = `${JSON.stringify(file, null, 2)}\n`;
  const { terminal } = context;
  for (const { name, why } of kept) terminal.say(`${name}: ${isOwn ? 'kept as it was' : 'left out'}: ${why}`);
  if (found.length === 0) {
    terminal.say('Nothing was written: not one price was found.');
    return 1;
  }
  parsePrices(json, out);
  try {
    await writeFile(out, json);
  } catch (error) {
    throw new InputError('--out', out, 'a file that can be written', errorCode(error));
  }
  terminal.say(
    `Written to ${out}: ${plural(found.length, 'price')} from the Price List. Use it with --prices ${out}`,
  );
  return 0;
};

const regionName = /^[a-z]{2}(-[a-z]+)+-\d$/;

export const prices = defineCommand({
  name: 'prices',
  summary: 'Lists the prices that dollars are reckoned with; refresh reads new ones from AWS.',
  details: [
    'Prices come with the lab as dated files, one a region; each line says when it was seen, where, and whether it is from memory.',
    'prices refresh reads the Price List, a public file for each service, and writes a price file for --prices. What it cannot find keeps its old price and date, and is named. The files are large: those of EC2 are hundreds of megabytes.',
  ],
  examples: [
    'latency-lab prices --region eu-west-2',
    'latency-lab prices refresh --region eu-west-2 --out prices.json',
  ],
  arguments: [new Argument('[ACTION]', 'what to do besides listing').choices(['refresh'])],
  options: {
    region: text('--region <REGION>', 'default that of AWS_REGION where there are prices, else us-east-1'),
    prices: text('--prices <FILE>', 'list a file of your own'),
    from: text('--from <DIR|URL>', "a directory with <OfferCode>.json files, or another address than AWS's"),
    out: text('--out <FILE>', 'where the refreshed prices go'),
    json: toggle('--json', 'print the listed prices as JSON'),
  },
  run: async (values, [action], context) => {
    if (action === 'refresh') {
      if (values.region === undefined || !regionName.test(values.region))
        throw new InputError('--region', values.region, 'an AWS region, as in eu-west-2');
      if (values.out === undefined) throw new InputError('--out', undefined, 'a file for the prices');
      return refreshRegion(values.region, values.from ?? priceList, values.out, context);
    }
    const own = await readPrices(values.prices);
    const listed =
      own ??
      (values.region === undefined
        ? defaultPrices(context.env['AWS_REGION'])
        : pricesOf(values.region, undefined, '--region'));
    context.print(values.json ? `${JSON.stringify(listed, null, 2)}\n` : shown(listed));
    context.terminal.say(`${listed.region}, ${listed.date}, US dollars, taxes left out.`);
    return 0;
  },
});
