// Looks at pages one after the other in one Chromium with Lighthouse: its own command starts node and a browser for each.
// Reads what to do from standard input, and writes an array with a report, or null where the look failed, for each page.

import { text } from "node:stream/consumers";

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const { chromePath, chromeFlags, pages, settings } = JSON.parse(await text(process.stdin));
const chrome = await launch({ chromePath, chromeFlags });
const reports = [];
try {
    for (const { url, extraHeaders } of pages) {
        const config = { extends: "lighthouse:default", settings: { ...settings, extraHeaders } };
        try {
            reports.push((await lighthouse(url, { port: chrome.port, logLevel: "silent" }, config)).lhr);
        } catch (error) {
            console.error(String(error));
            reports.push(null);
        }
    }
} finally {
    chrome.kill();
}
// Left to itself node waits for timers that Lighthouse has no more use for.
process.stdout.write(JSON.stringify(reports), () => process.exit());
