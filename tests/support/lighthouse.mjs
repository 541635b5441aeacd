// Looks at pages one after the other with Lighthouse, each in a Chromium of its own: its own command starts node for each.
// Reads what to do from standard input, and writes an array with the last report of each page, null where the look failed.

import { basename } from "node:path";
import { text } from "node:stream/consumers";

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import defaults from "lighthouse/core/config/default-config.js";
import { pageFunctions } from "lighthouse/core/lib/page-functions.js";

const { chromePath, chromeFlags, pages, settings, least, tries } = JSON.parse(await text(process.stdin));

// Most audits only inform, and some of them take a look of their own: no mark is made of an audit without a weight. What
// is left out here is not even loaded, which skipping it would do.
const categories = {};
for (const name of settings.onlyCategories) {
    const category = defaults.categories[name];
    categories[name] = { ...category, auditRefs: category.auditRefs.filter(({ weight }) => weight) };
}
const weighed = new Set(Object.values(categories).flatMap(({ auditRefs }) => auditRefs.map(({ id }) => id)));
const audits = defaults.audits.filter((path) => weighed.has(basename(path)));

// A second of counting for each page says how fast this machine is, which no mark is made of either.
pageFunctions.computeBenchmarkIndex = () => 0;

async function look({ url, extraHeaders }) {
    // A browser for each: what one page puts into its cookies would stand in the way of the next one's.
    const chrome = await launch({ chromePath, chromeFlags });
    const config = { ...defaults, audits, categories, settings: { ...settings, extraHeaders } };
    try {
        return (await lighthouse(url, { port: chrome.port, logLevel: "silent" }, config)).lhr;
    } catch (error) {
        console.error(String(error));
        return null;
    } finally {
        chrome.kill();
    }
}

// Starting node once more and loading Lighthouse for the next try would take as long as half a look.
const fallsShort = (report) =>
    !report || Object.entries(least).some(([name, mark]) => Math.round(report.categories[name].score * 100) < mark);

const reports = [];
for (const page of pages) {
    let report = null;
    for (let left = tries; left && fallsShort(report); left -= 1) report = await look(page);
    reports.push(report);
}
// Left to itself node waits for timers that Lighthouse has no more use for.
process.stdout.write(JSON.stringify(reports), () => process.exit());
