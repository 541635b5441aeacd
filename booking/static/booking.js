/* Adds to pages that already work: the countdown of a hold, the running total, counts, the live proof, saved drafts,
   copying, keys and the guard against sending twice. Each behaviour finds its own data-attributes and nothing else. */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const every = (selector, attach) => all(selector).forEach(attach);
  const made = (tag, values) => Object.assign(document.createElement(tag), values);
  const show = (element, on) => { if (element) element.hidden = !on; };
  const debounce = (act, wait) => {
    let timer;
    return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
  };
  const remembered = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value);
    } catch { /* storage may be switched off; nothing depends on it */ }
    return null;
  };

  const dress = (root) => {
    all("[data-with-script]", root).forEach((element) => show(element, true));
    all("[data-without-script]", root).forEach((element) => show(element, false));
  };
  dress(document);

  /* The time left of a hold, by the server's clock; spoken at five minutes, one minute and the end only. */
  every("[data-countdown]", (element) => {
    const until = Date.parse(element.dataset.countdown);
    const ahead = Date.now() - Date.parse(element.dataset.now);
    const left = one("[data-left]", element);
    const spoken = one("[role=status]", element);
    const say = { 300: "Five minutes left.", 60: "One minute left." };
    const timer = setInterval(tick, 1000);
    function tick() {
      const seconds = Math.ceil((until - Date.now() + ahead) / 1000);
      if (seconds <= 0) {
        clearInterval(timer);
        element.textContent = "";
        element.append(element.dataset.ended);
        element.setAttribute("role", "alert");
        return;
      }
      left.textContent = seconds >= 60 ? `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s left` : `${seconds} s left`;
      if (say[seconds]) spoken.textContent = say[seconds];
    }
    tick();
  });

  /* The running total, by the rules of booking/domain/frequency.py. The server's quote is the one that counts. */
  every("[data-order]", (form) => {
    const steps = JSON.parse(form.dataset.steps).sort((a, b) => a[0] - b[0]);
    const currency = form.dataset.currency.toUpperCase();
    const digits = Math.round(Math.log10(Number(form.dataset.minor)));
    const money = (minor) => {
      const shown = minor % 10 ** digits ? digits : 0;
      return new Intl.NumberFormat("en-US", { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: shown, maximumFractionDigits: shown }).format(minor / 10 ** digits);
    };
    const share = (minor, percent) => Math.floor((2 * minor * percent + 100) / 200);
    const leader = (row, words, amount, below) => {
      const first = made("span", { textContent: words });
      if (below) first.append(made("small", { textContent: below }));
      row.replaceChildren(first, made("span", { className: "dots-fill" }), made("span", { textContent: amount }));
      row.classList.add("leader");
      return row;
    };
    const put = (selector, text) => all(selector, form).forEach((element) => { element.textContent = text; });
    const numbers = "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split(" ");
    const sum = (inputs) => inputs.reduce((whole, input) => whole + Number(input.dataset.price), 0);
    const row = (input) => input.closest("tr");
    const stepAhead = (eligible, weeks) => {
      const next = steps.find(([from]) => from > weeks);
      if (!eligible.length || !next) return null;
      const missing = next[0] - weeks;
      return [missing, next[1], money(share(sum(eligible) + missing * sum(eligible.slice(-1)), next[1]))];
    };
    const hintFor = (ahead, percent, off) => {
      if (!ahead) return percent ? `You have the best price: ${percent}% off saves you ${money(off)}.` : "";
      const [missing, less, saves] = ahead;
      return `${numbers[missing - 1] || missing} more week${missing > 1 ? "s" : ""} and all of them cost ${less}% less: you would save ${saves}.`;
    };
    const draw = () => {
      const chosen = all("[data-price]:checked", form);
      const eligible = chosen.filter((input) => input.dataset.kind === "sponsor");
      const weeks = new Set(eligible.map(row)).size;
      const percent = steps.reduce((best, [from, less]) => (weeks >= from ? less : best), 0);
      const off = share(sum(eligible), percent);
      const name = (input) => one(".vh", input.parentElement).textContent.replace(/,\s*$/, "");
      one("[data-order-lines]", form).replaceChildren(...chosen.map((input) => leader(made("li"), name(input), money(sum([input])), one("time", row(input)).textContent)));
      show(one("[data-order-empty]", form), !chosen.length);
      show(leader(one("[data-order-discount]", form), `${weeks} weeks, ${percent}% less`, `−${money(off)}`), off > 0);
      const ahead = stepAhead(eligible, weeks);
      const hint = hintFor(ahead, percent, off);
      put("[data-order-hint]", hint);
      show(one("[data-order-hint]", form), hint);
      put("[data-order-total]", money(sum(chosen) - off));
      if (!chosen.length) put(".orderbar [data-order-total]", "");
      const more = ahead?.[0] === 1 ? `, one more saves ${ahead[2]}` : off ? `, ${money(off)} saved` : "";
      put("[data-order-count]", chosen.length ? `${chosen.length} chosen${more}` : "Tick the weeks you want");
    };
    form.addEventListener("change", draw);
    addEventListener("pageshow", draw);
  });

  /* Characters as readers see them, after NFC, which is how the server counts. */
  const segmenter = Intl.Segmenter && new Intl.Segmenter("en", { granularity: "grapheme" });
  const length = (text) => {
    const normal = text.normalize("NFC").replace(/\r\n/g, "\n").trim();
    return segmenter ? [...segmenter.segment(normal)].length : [...normal].length;
  };
  every("[data-count]", (input) => {
    const output = document.getElementById(input.dataset.count);
    const limit = Number(input.dataset.limit);
    const draw = () => {
      const over = length(input.value) - limit;
      output.textContent = over > 0 ? `${over + limit} of ${limit} characters, ${over} too many` : `${over + limit} of ${limit} characters`;
      output.classList.toggle("over", over > 0);
    };
    input.addEventListener("input", draw);
    addEventListener("pageshow", draw);
  });

  /* The proof is the server's own: the form is sent as it stands and the answer replaces [data-proof]. */
  every("form[data-proof-url]", (form) => {
    let asked;
    const draw = debounce(async () => {
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(form.dataset.proofUrl, { method: "POST", body: new FormData(form), headers: { Accept: "text/html", "X-Fragment": "proof" }, signal: asked.signal });
        if (!answer.ok || answer.redirected) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const source = one("[data-proof]", fresh) || fresh.body;
        const proof = one("[data-proof]");
        const folded = all("details", proof).map((details) => details.open);
        all("details", source).forEach((details, index) => { details.open = Boolean(folded[index]); });
        dress(source);
        proof.replaceChildren(...source.childNodes);
      } catch (fault) { if (fault.name !== "AbortError") return; }
    }, 350);
    form.addEventListener("input", draw);
    form.addEventListener("change", draw);
  });

  /* Drafts are saved on the server; what could not be sent is kept here and offered again. */
  every("form[data-autosave-url]", (form) => {
    const url = form.dataset.autosaveUrl;
    const status = one("[data-autosave]") || made("p");
    const key = `draft:${url}`;
    const hidden = new Set(all("input[type=hidden]", form).map((input) => input.name));
    const words = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => !hidden.has(name) && typeof value === "string"));
    let kept = words();
    const save = async (last) => {
      const now = words();
      if (now === kept) return;
      try {
        const answer = await fetch(url, { method: "POST", body: new FormData(form), keepalive: last, headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token?.value || "" } });
        if (!answer.ok || answer.redirected) throw new Error("not saved");
        const said = await answer.json();
        kept = now;
        if (form.elements.version) form.elements.version.value = said.version;
        status.textContent = `Saved ${said.saved}`;
        remembered(key, null);
      } catch {
        remembered(key, now);
        status.textContent = "Not saved on our side yet. Your words are kept in this browser.";
      }
    };
    const later = debounce(() => save(false), 1200);
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", () => { kept = words(); if (remembered(key)) remembered(key, kept); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
    const older = remembered(key);
    if (older && older !== kept) {
      const back = made("button", { type: "button", className: "button plainer small", textContent: "Bring back the words that were not saved" });
      back.addEventListener("click", () => {
        for (const [name, value] of JSON.parse(older)) {
          const input = form.elements[name];
          if (input?.type === "checkbox") input.checked = true;
          else if (input && "value" in input) input.value = value;
        }
        form.dispatchEvent(new Event("input", { bubbles: true }));
        all("[data-count]", form).forEach((input) => input.dispatchEvent(new Event("input")));
        back.remove();
      });
      status.after(back);
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.innerHTML;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText("value" in source ? source.value : source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.innerHTML = label; }, 2500);
  });

  /* j and k follow their links; any other key only moves the focus, so that nothing is decided by a slip. */
  every("[data-keys]", (help) => {
    const on = one("[data-keys-switch]", help);
    on.checked = remembered("keys") !== "off";
    on.addEventListener("change", () => remembered("keys", on.checked ? null : "off"));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
      if (!on.checked || typing || event.ctrlKey || event.metaKey || event.altKey || !/^[a-z]$/.test(event.key)) return;
      const target = one(`[data-key="${event.key}"]`);
      if (target?.matches("a[href]")) target.click(); else target?.focus();
    });
  });

  /* One press, one request; a page that comes back from the browser's memory may send again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 8000);
  });
  const release = (form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  };
  addEventListener("pageshow", () => every("form[data-sent]", release));
})();
