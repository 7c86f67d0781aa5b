// The style guide's script: puts a changed color into every frame, the contrast table and the texts to copy.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const said = document.getElementById('said');
  // The reader's own changes, apart for each scheme; the address keeps them, so that a link shows them again.
  const changed = { light: {}, dark: {} };
  let scheme = 'light';

  const color = (name, of = scheme) => changed[of][name] ?? data[of][name];
  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const hex = (rgb) => '#' + rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
  const linear = (value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const gamma = (value) => 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const tint = (over, percent, under) => over.map((value, at) => Math.floor((value * percent + under[at] * (100 - percent) + 50) / 100));
  const ofPair = ([front, behind, percent, , strength], front_hex, of) => {
    const over = channels(front_hex ?? color(front, of));
    const under = channels(color(behind, of));
    return contrast(tint(over, strength, under), tint(over, percent, under));
  };
  const ratio = (value) => (Math.floor(value * 10) / 10).toFixed(1);

  // OKLab (Ottosson 2020): lightness can be moved without moving the hue.
  const toLab = (rgb) => {
    const [r, g, b] = rgb.map(linear);
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const fromLab = ([lightness, a, b]) => {
    const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
    const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
    const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
    return [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
    ].map(gamma);
  };
  // The color of this hue at another lightness; its chroma shrinks until a screen can show it.
  const at = (lightness, [, a, b]) => {
    for (let chroma = 1; chroma > 0; chroma -= 0.05) {
      const rgb = fromLab([lightness, a * chroma, b * chroma]);
      if (rgb.every((value) => value >= -0.5 && value <= 255.5)) return rgb.map((value) => Math.min(255, Math.max(0, value)));
    }
    return fromLab([lightness, 0, 0]).map((value) => Math.min(255, Math.max(0, value)));
  };
  // The nearest lightness, up or down, at which every pair of this token passes; null where none does.
  const proposal = (name, of) => {
    const pairs = data.pairs.filter(([front]) => front === name);
    const lab = toLab(channels(color(name, of)));
    const passes = (candidate) => pairs.every((pair) => ofPair(pair, candidate, of) >= pair[3]);
    for (let step = 0; step <= 200; step++) {
      for (const lightness of [lab[0] - step / 200, lab[0] + step / 200]) {
        if (lightness < 0 || lightness > 1) continue;
        const candidate = hex(at(lightness, lab));
        if (passes(candidate)) return candidate;
      }
    }
    return null;
  };

  // What a frame shows; null until it came near and is loaded.
  const pageIn = ({ contentDocument: page }) => (page?.body && page.URL !== 'about:blank' ? page : null);
  const paintFrame = (frame) => {
    const page = pageIn(frame);
    if (!page) return;
    const root = page.documentElement;
    root.dataset.scheme = scheme;
    for (const name of data.names) {
      if (name in changed[scheme]) root.style.setProperty('--' + name, color(name));
      else root.style.removeProperty('--' + name);
    }
    frame.style.height = page.body.scrollHeight + 2 + 'px';
  };

  const overrides = () => {
    const names = data.names.filter((name) => name in changed[scheme]);
    return names.map((name) => ({ name, value: color(name) }));
  };

  const paint = () => {
    for (const row of $('[data-token]')) {
      const name = row.dataset.token;
      const [swatch, text] = $('input', row);
      swatch.value = color(name);
      if (document.activeElement !== text) text.value = color(name);
      text.removeAttribute('aria-invalid');
      row.toggleAttribute('data-changed', name in changed[scheme]);
      const worst = data.pairs
        .filter(([front]) => front === name)
        .map((pair) => [ofPair(pair, null, scheme), pair[3]])
        .sort((one, other) => one[0] / one[1] - other[0] / other[1])[0];
      const output = row.querySelector('output');
      output.textContent = worst ? ratio(worst[0]) : '';
      output.dataset.passes = !worst || worst[0] >= worst[1];
      output.title = worst ? `Least contrast ${ratio(worst[0])}; needs ${worst[1]}` : '';
    }
    for (const row of $('[data-pair]')) {
      const pair = data.pairs[row.dataset.pair];
      for (const of of ['light', 'dark']) {
        const cell = row.querySelector(`[data-contrast="${of}"]`);
        const value = ofPair(pair, null, of);
        cell.textContent = ratio(value);
        cell.dataset.passes = value >= pair[3];
        if (value >= pair[3]) continue;
        const better = proposal(pair[0], of);
        if (!better) continue;
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'guide-fix';
        button.textContent = 'Use ' + better;
        button.addEventListener('click', () => {
          set(pair[0], better, of);
          said.textContent = `${pair[0]} is now ${better}.`;
        });
        cell.append(button);
      }
    }
    for (const button of $('[data-choice="scheme"]')) button.setAttribute('aria-pressed', button.value === scheme);
    $('iframe').forEach(paintFrame);
    const list = overrides();
    const own = Object.keys(changed[scheme]).length;
    document.getElementById('changes').textContent = own === 0
      ? 'Nothing is changed: the dashboards need no overrides' + (scheme === 'dark' ? ', only "color_scheme": "dark".' : '.')
      : `${own} of 23 changed. The others keep their defaults` + (scheme === 'dark' ? ' of "color_scheme": "dark".' : '.');
    document.getElementById('json').textContent = JSON.stringify({ color_overrides: list }, null, 2)
      .replace(/\{\s+"name": (.*),\s+"value": (.*)\s+\}/g, '{ "name": $1, "value": $2 }');
    const body = { customer_id: '<customer_id>', dashboard: 'usage' };
    if (list.length) body.color_overrides = list;
    if (scheme === 'dark') body.color_scheme = 'dark';
    document.getElementById('curl').textContent =
      `curl -s ${data.url}/v1/dashboards/getEmbeddableUrl \\\n  -H "Authorization: Bearer $INLAY_TOKEN" \\\n` +
      `  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(body)}'`;
    const kept = ['light', 'dark'].flatMap((of) => Object.entries(changed[of]).map(([name, value]) => `${of}.${name}=${value.slice(1)}`));
    history.replaceState(null, '', '#' + [scheme, ...kept].join('&'));
  };

  const set = (name, value, of = scheme) => {
    if (value === data[of][name]) delete changed[of][name];
    else changed[of][name] = value;
    paint();
  };

  // #dark&light.White=fffaf2
  for (const part of location.hash.slice(1).split('&')) {
    const [, of, name, value] = /^(light|dark)\.(\w+)=([0-9a-f]{6})$/.exec(part) ?? [];
    if (name && data.names.includes(name)) changed[of][name] = '#' + value;
    else if (part === 'dark') scheme = 'dark';
  }

  for (const row of $('[data-token]')) {
    const [swatch, text] = $('input', row);
    swatch.addEventListener('input', () => set(row.dataset.token, swatch.value));
    text.addEventListener('input', () => {
      const value = text.value.trim().toLowerCase().replace(/^#?/, '#').replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
      if (/^#[0-9a-f]{6}$/.test(value)) set(row.dataset.token, value);
      else text.setAttribute('aria-invalid', 'true');
    });
    // Not `paint`: it would replace the very button whose press took the focus away.
    text.addEventListener('blur', () => {
      text.value = color(row.dataset.token);
      text.removeAttribute('aria-invalid');
    });
  }
  for (const button of $('[data-choice="scheme"]')) {
    button.addEventListener('click', () => {
      scheme = button.value;
      paint();
    });
  }
  const width = (button) => {
    for (const other of $('[data-choice="width"]')) other.setAttribute('aria-pressed', other === button);
    for (const frame of $('.guide-frames iframe')) {
      frame.style.width = button.value.endsWith('%') ? button.value : button.value + 'px';
    }
    requestAnimationFrame(() => $('iframe').forEach(paintFrame));
  };
  for (const button of $('[data-choice="width"]')) button.addEventListener('click', () => width(button));
  document.getElementById('reset').addEventListener('click', () => {
    changed[scheme] = {};
    paint();
    said.textContent = 'All colors are at their defaults.';
  });
  for (const button of $('[data-copy]')) {
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
        button.textContent = 'Selected';
      }
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    });
  }
  for (const frame of $('iframe')) {
    const loaded = () => {
      const page = pageIn(frame);
      if (!page) return;
      // Samples are for looking: their links lead nowhere. Opening an invoice changes the height.
      page.addEventListener('click', (event) => event.target.closest('a') && event.preventDefault());
      page.addEventListener('submit', (event) => event.preventDefault());
      new ResizeObserver(() => (frame.style.height = page.body.scrollHeight + 2 + 'px')).observe(page.body);
      paintFrame(frame);
    };
    frame.addEventListener('load', loaded);
    if (frame.contentDocument?.readyState === 'complete') loaded();
  }
  // Paper has no fold.
  addEventListener('beforeprint', () => $('iframe').forEach((frame) => (frame.loading = 'eager')));
  paint();
  width($('[data-choice="width"][value="100%"]')[0]);
})();
