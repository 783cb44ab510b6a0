/**
 * Prints the files of a report of jest (`--json`) that deserve a second look, a line each.
 * usage: node tools/jest/print-second-look.mjs <report>
 */
import { readFileSync } from 'node:fs';
import { worthSecondLook } from './second-look.mjs';

const report = readFileSync(process.argv[2], 'utf8');
if (report !== '') for (const file of worthSecondLook(JSON.parse(report))) console.log(file);
