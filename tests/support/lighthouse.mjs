// Looks at pages one after the other with Lighthouse, each in a Chromium of its own: its own command starts node for each.
// Reads what to do from standard input, and writes an array with a report, or null where the look failed, for each page.

import { text } from "node:stream/consumers";

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import defaults from "lighthouse/core/config/default-config.js";
import { pageFunctions } from "lighthouse/core/lib/page-functions.js";

const { chromePath, chromeFlags, pages, settings } = JSON.parse(await text(process.stdin));

// Most audits only inform, and some of them take a look of their own: no mark is made of an audit without a weight.
const listed = Object.values(defaults.categories).flatMap(({ auditRefs }) => auditRefs);
const weighed = new Set(listed.filter(({ weight }) => weight).map(({ id }) => id));
settings.skipAudits = listed.map(({ id }) => id).filter((id) => !weighed.has(id));
// A second of counting for each page says how fast this machine is, which no mark is made of either.
pageFunctions.computeBenchmarkIndex = () => 0;

const reports = [];
for (const { url, extraHeaders } of pages) {
    // A browser for each: what one page puts into its cookies would stand in the way of the next one's.
    const chrome = await launch({ chromePath, chromeFlags });
    const config = { extends: "lighthouse:default", settings: { ...settings, extraHeaders } };
    try {
        reports.push((await lighthouse(url, { port: chrome.port, logLevel: "silent" }, config)).lhr);
    } catch (error) {
        console.error(String(error));
        reports.push(null);
    } finally {
        chrome.kill();
    }
}
// Left to itself node waits for timers that Lighthouse has no more use for.
process.stdout.write(JSON.stringify(reports), () => process.exit());
