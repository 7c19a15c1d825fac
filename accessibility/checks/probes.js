// What the checks ask of a page in the browser. One object, evaluated in the page; it changes nothing that it does not put back.
(() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const put = (e) => {
    const words = (e.textContent || e.getAttribute("aria-label") || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${e.tagName.toLowerCase()}${e.id ? ` id="${e.id}"` : ""}${e.classList.length ? ` class="${e.classList}"` : ""}> ${words}`;
  };
  const silenced = (e) => e.closest(".vh, svg, [hidden]") !== null;
  const all = () => [...document.querySelectorAll("body *")];

  // Stops of the Tab key, as the page promises them: a group of radios is one stop.
  const stops = () => {
    const groups = new Set();
    return all().filter((e) => {
      if (!e.matches(FOCUSABLE) || e.tabIndex < 0 || e.disabled || !seen(e)) return false;
      if (e.type !== "radio") return true;
      const key = key_of(e);
      if (groups.has(key)) return false;
      groups.add(key);
      return true;
    });
  };
  const key_of = (e) => e.type === "radio"
    ? `radio ${[...document.forms].indexOf(e.form)} ${e.name}`
    : String(all().indexOf(e));

  const LOOK = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "backgroundColor", "borderTopColor",
    "borderBottomColor", "borderTopWidth", "borderBottomWidth", "color", "textDecorationLine", "textDecorationThickness"];
  // Chromium computes a width for an outline of style none: such an outline shows nothing.
  const look = (e) => {
    const style = getComputedStyle(e);
    const found = Object.fromEntries(LOOK.map((name) => [name, style[name]]));
    if (found.outlineStyle === "none" || found.outlineWidth === "0px") {
      found.outlineStyle = "none";
      found.outlineWidth = "0px";
      found.outlineColor = "";
    }
    return found;
  };
  const colour = (text) => {
    const parts = (text.match(/[\d.]+/g) || []).map(Number);
    return parts.length < 3 || parts[3] === 0 ? null : parts;
  };
  const behind = (e) => {
    for (let one = e.parentElement; one; one = one.parentElement) {
      const found = colour(getComputedStyle(one).backgroundColor);
      if (found && (found[3] ?? 1) === 1) return found;
    }
    return [255, 255, 255];
  };

  const resting = new WeakMap();
  // Back to the top of the page, as when it has just opened, and every control's resting look noted.
  const begin = () => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    getSelection().removeAllRanges();
    scrollTo(0, 0);
    for (const e of all()) if (e.matches(FOCUSABLE)) resting.set(e, look(e));
  };

  // What the person sees of the element that has the focus.
  const focused = () => {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return null;
    const now = look(e);
    const before = resting.get(e) || {};
    const box = [...e.getClientRects()].find((one) => one.width > 0 && one.height > 0) || e.getBoundingClientRect();
    const x = Math.min(Math.max(box.left + Math.min(6, box.width / 2), 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(6, box.height / 2), 0), innerHeight - 1);
    const hit = document.elementFromPoint(x, y);
    return {
      key: key_of(e), what: put(e), href: e.getAttribute("href") || "",
      changed: LOOK.filter((name) => before[name] !== now[name]),
      outline: now.outlineStyle === "none" ? null : colour(now.outlineColor),
      behind: behind(e),
      inside: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
      covered: !(hit && (hit === e || e.contains(hit) || hit.contains(e) || [...(e.labels || [])].some((l) => l.contains(hit)))),
    };
  };

  // Where the words of an element stand.
  const wordBoxes = (root) => {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || silenced(parent) || !seen(parent) || parent.closest("option, select, textarea")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1) found.push({ parent, box });
    }
    return found;
  };

  // Boxes that hide part of their words; a drawing may be cut.
  const clipped = () => all().filter((e) => {
    if (silenced(e) || !seen(e) || !e.clientWidth || !e.textContent.trim()) return false;
    const style = getComputedStyle(e);
    const acts = e.matches("button, .btn");
    const cuts = (value) => acts || value === "hidden" || value === "clip";
    const [cutsX, cutsY] = [cuts(style.overflowX), cuts(style.overflowY)];
    if (!(cutsX && e.scrollWidth > e.clientWidth + 1) && !(cutsY && e.scrollHeight > e.clientHeight + 1)) return false;
    const own = e.getBoundingClientRect();
    return wordBoxes(e).some(({ box }) => (cutsX && (box.right > own.right + 1 || box.left < own.left - 1))
      || (cutsY && (box.bottom > own.bottom + 1 || box.top < own.top - 1)));
  }).map(put);

  // Words that stand on other words.
  const overlapping = () => {
    const pieces = wordBoxes(document.body).filter(({ parent }) => !parent.closest(".scroll, .skip"));
    const found = [];
    for (let i = 0; i < pieces.length; i += 1) {
      for (let j = i + 1; j < pieces.length; j += 1) {
        const [a, b] = [pieces[i], pieces[j]];
        if (a.parent.contains(b.parent) || b.parent.contains(a.parent)) continue;
        const w = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const h = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (w > 2 && h > Math.min(a.box.height, b.box.height) / 4) found.push(`${put(a.parent)} and ${put(b.parent)}`);
      }
    }
    return [...new Set(found)];
  };

  // What sticks out of a narrow screen; only the declared regions of tables may scroll sideways.
  const sticking = () => {
    const wide = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth;
    if (over <= wide + 1) return [];
    const found = all().filter((e) => !e.closest(".scroll, svg, .vh") && e.getBoundingClientRect().right > wide + 1);
    return [`the page is ${over} px wide on a screen of ${wide} px`, ...found.slice(0, 5).map(put)];
  };

  const unreachable = () => stops().filter((e) => {
    if (e.closest(".skip")) return false;
    e.scrollIntoView({ block: "center", inline: "center" });
    const box = [...e.getClientRects()].find((one) => one.width > 0) || e.getBoundingClientRect();
    const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
    const hit = document.elementFromPoint(x, y);
    return !(hit && (hit === e || e.contains(hit) || hit.contains(e) || [...(e.labels || [])].some((l) => l.contains(hit))));
  }).map(put);

  const inText = (e) => {
    const block = e.closest("p, li, dd, dt, td, th");
    if (!block) return false;
    const rest = [...block.childNodes].filter((n) => !n.contains(e)).map((n) => n.textContent).join("");
    return /\p{L}/u.test(rest);
  };
  const unseenLinks = () => all().filter((e) => e.matches("main a[href], footer a[href]") && seen(e) && !silenced(e)
    && inText(e) && !getComputedStyle(e).textDecorationLine.includes("underline")).map(put);

  // WCAG 2.5.8 (24 px, or room around, or inside a sentence); buttons and fields of the house: 44 px.
  const smallTargets = () => {
    const targets = stops().filter((e) => !e.closest(".skip, .vh") && e.tagName !== "DIV");
    const area = (e) => {
      const boxes = [e, ...(e.labels || [])].map((one) => one.getBoundingClientRect());
      return {
        left: Math.min(...boxes.map((b) => b.left)), right: Math.max(...boxes.map((b) => b.right)),
        top: Math.min(...boxes.map((b) => b.top)), bottom: Math.max(...boxes.map((b) => b.bottom)),
      };
    };
    const small = targets.filter((e) => {
      const box = e.matches("input[type=radio], input[type=checkbox]") ? area(e) : e.getBoundingClientRect();
      const [w, h] = [box.right - box.left, box.bottom - box.top];
      if (e.matches("button, .btn, select, textarea, input:not([type=radio], [type=checkbox])")) return h < 43.5;
      return (h < 23.5 || w < 23.5) && !inText(e);
    });
    const middle = (e) => { const b = e.getBoundingClientRect(); return [(b.left + b.right) / 2, (b.top + b.bottom) / 2]; };
    return small.filter((e) => {
      if (e.matches("button, .btn, input, select, textarea")) return true;
      const [x, y] = middle(e);
      return targets.some((other) => {
        if (other === e) return false;
        const b = other.getBoundingClientRect();
        const [dx, dy] = [Math.max(b.left - x, 0, x - b.right), Math.max(b.top - y, 0, y - b.bottom)];
        return Math.hypot(dx, dy) < 12;
      });
    }).map((e) => `${put(e)} (${Math.round(e.getBoundingClientRect().height)} px)`);
  };

  // A label above its field (after its box for radios and checkboxes), less than 1.5rem away from it or from its error.
  const labelsApart = () => all().filter((e) => {
    if (!e.labels || !e.labels.length || silenced(e) || !seen(e)) return false;
    const limit = 1.5 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const [box, label] = [e.getBoundingClientRect(), e.labels[0].getBoundingClientRect()];
    if (e.matches("[type=radio], [type=checkbox]")) {
      const rtl = getComputedStyle(e).direction === "rtl";
      const gap = rtl ? box.left - label.right : label.left - box.right;
      return gap < 0 || gap > limit || label.top > box.bottom || label.bottom < box.top;
    }
    const notes = (e.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)
      .map((id) => document.getElementById(id)?.getBoundingClientRect()).filter((one) => one && one.bottom <= box.top + 4);
    const above = Math.max(label.bottom, ...notes.map((one) => one.bottom));
    const besideInRow = Math.abs(label.left - box.left) > 4 && label.bottom > box.top;
    return besideInRow || box.top - above > limit || box.top - above < -4;
  }).map(put);

  const moving = () => document.getAnimations().filter((a) => {
    const timing = a.effect.getComputedTiming();
    return timing.endTime === Infinity || timing.endTime > 5000;
  }).map((a) => put(a.effect.target));

  // A style that the security policy allows: a sheet made by the script, adopted, taken away afterwards.
  let worn = null;
  const wear = (css) => {
    worn = new CSSStyleSheet();
    worn.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, worn];
  };
  const undress = () => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== worn); };

  window.parvisProbes = {
    begin, clipped, focused, labelsApart, moving, overlapping, smallTargets, sticking, undress, unreachable, unseenLinks, wear,
    promised: () => stops().map((e) => ({ key: key_of(e), what: put(e) })),
  };
})();
