// What of the page is seen on paper.
(() => {
  const seen = (element) => element.checkVisibility({ contentVisibilityAuto: true }) && element.getBoundingClientRect().height > 5;
  const count = (selector) => [...document.querySelectorAll(selector)].filter(seen).length;
  const folds = [...document.querySelectorAll("details")];
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  const stills = [...document.querySelectorAll(".without svg, #train-still svg")];
  return JSON.stringify({
    stills: stills.length,
    pictures: stills.filter(seen).length,
    twice: count(".live svg"),
    screen: count("button, .lab, .told, .screen"),
    folds: folds.length,
    shown: folds.filter((fold) => seen(fold.lastElementChild)).length,
    body: size(document.body),
    largest: Math.max(...[...document.querySelectorAll("figcaption, .said, .method, table")].map(size)),
    ground: getComputedStyle(document.body).backgroundColor,
  });
})()
