// What is wrong with the page as it is laid out: a list of complaints, each with where it is.
(() => {
  const complaints = [];
  const complain = (what, where) => { if (complaints.length < 40) complaints.push(`${what}: ${where}`); };
  const words = (element) => (element.textContent || "").trim().slice(0, 60);
  const slack = 1.5;

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) complain("scrolls sideways", `${root.scrollWidth} > ${innerWidth}`);
  // A page that says so may have scripts and links to follow: `may` stands before this text.
  const may = globalThis.may ?? {};
  if (document.scripts.length && !may.scripts) complain("has a script", document.scripts.length);
  for (const element of document.querySelectorAll("[src], [href]")) {
    const address = element.getAttribute("src") || element.getAttribute("href");
    if (may.links && element.tagName === "A" && /^https:/.test(address)) continue;
    if (!/^(#|data:)/.test(address)) complain("points outside", address);
  }

  const visible = (rect) => rect.width > 0 && rect.height > 0;
  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2 * slack;

  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].filter((text) => words(text));
    const rects = texts.map((text) => text.getBoundingClientRect());
    const scale = svg.getScreenCTM().a;
    texts.forEach((text, index) => {
      const rect = rects[index];
      if (rect.left < frame.left - slack || rect.right > frame.right + slack ||
          rect.top < frame.top - slack || rect.bottom > frame.bottom + slack)
        complain("text leaves its picture", words(text));
      const size = parseFloat(getComputedStyle(text).fontSize) * scale;
      if (size < 9) complain("text too small", `${words(text)} ${size.toFixed(1)} px`);
      for (let other = 0; other < index; other++)
        if (overlap(rect, rects[other])) complain("texts overlap", `${words(text)} | ${words(texts[other])}`);
    });
  }

  const scrolls = (element) => element.closest(".scroll, pre");
  for (const element of document.querySelectorAll("h1, h2, h3, p, dt, dd, figcaption, summary, code, pre, .scroll, .card, figure")) {
    const rect = element.getBoundingClientRect();
    if (!visible(rect) || element.matches(".unseen")) continue; // for those who listen only
    const inner = scrolls(element) && !element.matches(".scroll, pre");
    if (!inner && (rect.right > innerWidth + slack || rect.left < -slack)) complain("leaves the window", words(element));
    if (!inner && !element.matches(".scroll, pre") && element.scrollWidth > element.clientWidth + slack &&
        getComputedStyle(element).display !== "inline") complain("text is cut", words(element));
  }

  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((value) => {
      value /= 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      const parts = channels(color);
      if (parts.length < 4 || parts[3] > 0.5) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim());
  let texts = 0;
  for (const element of document.querySelectorAll("body *")) {
    if (!own(element) || element.tagName === "title" || !visible(element.getBoundingClientRect())) continue;
    const style = getComputedStyle(element);
    const color = element.tagName === "text" ? style.fill : style.color;
    const [a, b] = [luminance(color), luminance(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    texts++;
    if (contrast < 4.5) complain("too little contrast", `${words(element)} ${contrast.toFixed(2)}`);
  }
  // The drawn lines of a dark page must not be those of a light one.
  const strokes = [...document.querySelectorAll("svg polyline, svg polygon, svg line")];
  const faint = strokes.filter((shape) => {
    const style = getComputedStyle(shape);
    const color = style.stroke !== "none" ? style.stroke : style.fill;
    if (!/^rgb/.test(color) || shape.getAttribute("stroke") === "#DDDDDD" || shape.getAttribute("opacity") !== "1") return false;
    const [a, b] = [luminance(color), luminance(ground(shape))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 2.2;
  });
  if (faint.length) complain("lines too faint", `${faint.length}, such as ${faint[0].outerHTML.slice(0, 80)}`);
  return JSON.stringify({ complaints, texts, pictures: document.querySelectorAll("svg").length, height: root.scrollHeight, ground: getComputedStyle(document.body).backgroundColor });
})()
