/* Saves a reload here and there; every page works without it. Behaviour is asked for with data attributes:
   form[data-swap]          send in the background and put the answer's <main> in place of ours
   textarea[data-lint-url]  send the draft while it is written; the answer (HTML) goes into #[data-lint-target],
                            and what it objects to is marked in the draft: li[data-start][data-end], counted in
                            characters; [data-show] leads to it, [data-say] puts its words at [value] "from:to:…"
   [data-watch]             (with an id) is looked at again every few seconds until it no longer says so
   [data-desk]              keys: [data-next] j, [data-previous] k, [data-edit] e, [data-approve] a, [data-reject] r,
                            [data-ask] f, [data-escalate] s
   [data-list]              keys: j and k go through its links, / goes to the search
   [data-open="id"]         opens that <dialog>
   [data-copy="id"]         copies the text of that element; says [data-copied] when done */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const PAUSE = 450; // ms without a key before the draft is looked at
  const AGAIN = 2000; // ms between two looks at how far it is
  const UNTOUCHED = 300_000, LAST_CALL = 60_000; // ms until a tablet asks whether somebody is there, and then begins anew
  const FORGET = 8000; // ms after which a button that led nowhere (a download) works again

  // --- One press is one press ---------------------------------------------------------------------------------
  const buttonsOf = (form) => [...form.elements].filter((one) => one.type === "submit" && !one.disabled);

  function hold(form) {
    const held = buttonsOf(form);
    for (const button of held) { button.disabled = true; button.setAttribute("aria-busy", "true"); }
    form.dataset.sent = "yes";
    return () => {
      delete form.dataset.sent;
      for (const button of held) { button.disabled = false; button.removeAttribute("aria-busy"); }
    };
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") === "dialog" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.dataset.swap !== undefined && window.DOMParser) { event.preventDefault(); send(form, event.submitter); return; }
    // The pressed button's own value must travel, so it is held only after the form has been read.
    setTimeout(() => { const release = hold(form); setTimeout(release, FORGET); addEventListener("pageshow", release, { once: true }); });
  });

  // --- The next step without a reload ------------------------------------------------------------------------
  async function send(form, pressed) {
    const body = new FormData(form);
    if (pressed?.name) body.append(pressed.name, pressed.value);
    const release = hold(form);
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.querySelector("main");
      if (!next) throw new Error("not one of our pages");
      document.querySelector("main").replaceWith(next);
      document.title = page.title;
      swapMessages(page);
      if (answer.url !== location.href) history.pushState({ swapped: true }, "", answer.url);
      history.replaceState({ swapped: true }, "");
      wake(next);
      scrollTo(0, 0);
      const heading = next.querySelector("h1") || next;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    } catch {
      release();
      // The browser's own way says what is wrong (no network, for example) and can try again.
      if (pressed?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
      HTMLFormElement.prototype.submit.call(form);
    }
  }

  function swapMessages(page) {
    document.querySelector(".messages")?.remove();
    const fresh = page.querySelector(".messages");
    if (fresh) document.querySelector("main").before(fresh);
  }

  // Back and forward among swapped steps: the server knows each of them.
  addEventListener("popstate", (event) => { if (event.state?.swapped) location.reload(); });

  // --- The draft is looked at while it is written -------------------------------------------------------------
  function lintAsOneTypes(area) {
    const target = document.getElementById(area.dataset.lintTarget);
    if (!target) return;
    const marks = marksUnder(area);
    const said = Object.assign(document.createElement("p"), { className: "unseen", role: "status" });
    target.after(said);
    mark();
    target.addEventListener("click", (event) => {
      const shown = event.target.closest("[data-show]");
      if (shown) show(area, shown.closest("[data-start]"));
      const words = event.target.closest("[data-say]");
      if (words) { event.preventDefault(); put(area, words); }
    });

    function mark() {
      const found = all("[data-start]", target);
      for (const button of all("[data-show]", target)) button.hidden = false;
      area.setAttribute("aria-invalid", String(Boolean(target.querySelector(".stop"))));
      draw(marks, area, found.map((one) => placeOf(area.value, one.dataset.start, one.dataset.end)));
    }

    let waiting, asking;
    area.addEventListener("input", () => {
      draw(marks, area, []); // the places are those of the text before
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        asking?.abort();
        asking = new AbortController();
        target.setAttribute("aria-busy", "true");
        try {
          const answer = await fetch(area.dataset.lintUrl, { method: "POST", body: new FormData(area.form), credentials: "same-origin", signal: asking.signal });
          if (answer.ok) {
            target.innerHTML = await answer.text();
            const sum = target.querySelector("[data-lint-sum]")?.textContent.trim() || "";
            if (said.textContent !== sum) said.textContent = sum;
            mark();
          }
          target.removeAttribute("aria-busy");
        } catch (problem) {
          if (problem.name !== "AbortError") target.removeAttribute("aria-busy");
        }
      }, PAUSE);
    });
  }

  // --- A question is drawn while it is written ------------------------------------------------------------------
  function withoutFiles(form) {
    const sent = new FormData(form);
    for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
    return sent;
  }
  function drawAsOneTypes(form) {
    const target = document.getElementById(form.dataset.previewTarget);
    let waiting, asking;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        asking?.abort();
        asking = new AbortController();
        try {
          const answer = await fetch(form.dataset.preview, { method: "POST", body: withoutFiles(form), credentials: "same-origin", signal: asking.signal });
          if (answer.ok) target.innerHTML = await answer.text();
        } catch { /* the saved one stays */ }
      }, PAUSE);
    });
  }

  // --- Questions are dragged into another order; the arrows do the same without a mouse ---------------------------
  function sortByDragging(list) {
    let dragged;
    for (const one of list.children) if (one.dataset.name) one.draggable = true;
    list.addEventListener("dragstart", (event) => { dragged = event.target.closest("li"); dragged.classList.add("dragged"); });
    list.addEventListener("dragover", (event) => {
      const over = event.target.closest("li");
      if (!dragged || !over || over === dragged) return;
      event.preventDefault();
      const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
      over[below ? "after" : "before"](dragged);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
    list.addEventListener("dragend", () => {
      dragged.classList.remove("dragged");
      const form = document.createElement("form");
      form.method = "post";
      form.action = list.dataset.sort;
      const names = [...list.children].map((one) => one.dataset.name).filter(Boolean).join(",");
      const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
      for (const [name, value] of Object.entries({ csrfmiddlewaretoken: token, act: "order", names, edition: list.dataset.edition })) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(form);
      form.submit();
    });
  }

  // A copy of the draft lies under it, its letters unseen, and lends it the marks: a text area cannot hold any.
  function marksUnder(area) {
    const both = Object.assign(document.createElement("div"), { className: "marked" });
    const marks = Object.assign(document.createElement("div"), { className: "marks" });
    marks.setAttribute("aria-hidden", "true");
    area.before(both);
    both.append(marks, area);
    const follow = () => { marks.scrollTop = area.scrollTop; };
    area.addEventListener("scroll", follow, { passive: true });
    return marks;
  }

  function draw(marks, area, places) {
    const text = area.value;
    let drawn = 0;
    marks.replaceChildren();
    for (const [start, end] of places.sort((one, other) => one[0] - other[0])) {
      if (start < drawn || end > text.length) continue;
      marks.append(text.slice(drawn, start), Object.assign(document.createElement("mark"), { textContent: text.slice(start, end) }));
      drawn = end;
    }
    marks.append(text.slice(drawn), "\n"); // a last empty line would have no height
    marks.scrollTop = area.scrollTop;
  }

  // The server counts characters; a browser counts most emoji as two.
  function placeOf(text, start, end) {
    const letters = [...text];
    const before = letters.slice(0, start).join("").length;
    return [before, before + letters.slice(start, end).join("").length];
  }

  function show(area, found) {
    const [start, end] = placeOf(area.value, found.dataset.start, found.dataset.end);
    area.focus();
    area.setSelectionRange(start, end);
  }

  function put(area, button) {
    const [from, to] = button.value.split(":");
    const [start, end] = placeOf(area.value, from, to);
    area.focus();
    area.setRangeText(button.dataset.say, start, end, "select");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // --- Keys of the desk ----------------------------------------------------------------------------------------
  const KEYS = { j: "next", k: "previous", e: "edit", a: "approve", r: "reject", f: "ask", s: "escalate" };
  const keysAreOn = () => { try { return localStorage.getItem("keys") !== "off"; } catch { return true; } };
  const isTyping = (place) => place.isContentEditable || /^(input|textarea|select)$/i.test(place.tagName);

  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-desk]") || !keysAreOn()) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape" && isTyping(event.target)) { event.target.blur(); return; }
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") { event.preventDefault(); document.getElementById("keys-help")?.showModal(); return; }
    const name = KEYS[event.key];
    const place = name && document.querySelector(`[data-${name}]`);
    if (!place || place.disabled) return;
    event.preventDefault();
    if (name === "edit") place.focus(); else place.click();
    // What was opened is what one goes on with.
    if (place.tagName === "SUMMARY" && place.parentElement.open) place.parentElement.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const list = document.querySelector("[data-list]");
    if (!list || !keysAreOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "/") { event.preventDefault(); document.querySelector("input[type=search]")?.focus(); return; }
    if (event.key !== "j" && event.key !== "k") return;
    const links = all("a", list);
    const at = links.indexOf(document.activeElement);
    const next = links[event.key === "j" ? at + 1 : at < 0 ? links.length - 1 : at - 1];
    if (next) { event.preventDefault(); next.focus(); }
  });

  // --- What is being done is looked at again ---------------------------------------------------------------------
  function watch(place) {
    setTimeout(async () => {
      let next = null;
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(place.id);
      } catch { /* no network for a moment */ }
      if (next && next.dataset.watch === undefined) { location.reload(); return; }
      if (next) { place.replaceWith(next); place = next; }
      watch(place);
    }, AGAIN);
  }

  // --- A tablet that nobody touches any more -----------------------------------------------------------------
  function rest(dialog) {
    let timer;
    const leave = () => location.replace(dialog.dataset.rest);
    const ask = () => { dialog.showModal(); timer = setTimeout(leave, LAST_CALL); };
    const begin = () => { if (!dialog.open) { clearTimeout(timer); timer = setTimeout(ask, UNTOUCHED); } };
    dialog.addEventListener("close", begin);
    for (const kind of ["input", "keydown", "pointerdown", "scroll"]) addEventListener(kind, begin, { passive: true });
    begin();
  }

  // --- Small things --------------------------------------------------------------------------------------------
  document.addEventListener("click", async (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied || "✓";
      button.setAttribute("aria-live", "polite");
    } catch {
      // No permission: mark the words, so that the person's own copy key takes them.
      getSelection().selectAllChildren(source);
    }
  }

  function wake(root) {
    for (const area of all("textarea[data-lint-url]", root)) lintAsOneTypes(area);
    for (const form of all("form[data-preview]", root)) drawAsOneTypes(form);
    for (const list of all("[data-sort]", root)) sortByDragging(list);
    for (const one of all("[data-watch]", root)) watch(one);
    for (const one of all("[data-rest]", root)) rest(one);
    for (const one of all("[data-open][hidden]", root)) one.hidden = false;
    for (const one of all("[data-copy][hidden]", root)) if (navigator.clipboard) one.hidden = false;
    for (const one of all("[data-keys-switch]", root)) {
      one.checked = keysAreOn();
      one.addEventListener("change", () => { try { localStorage.setItem("keys", one.checked ? "on" : "off"); } catch { /* private window */ } });
    }
    const open = root.querySelector(".waiting [aria-current]");
    const pane = open?.closest(".waiting"); // scrolls by itself on a wide desk only
    if (pane && pane.scrollHeight > pane.clientHeight) pane.scrollTop = open.offsetTop - pane.clientHeight / 3;
  }

  wake(document);
})();
