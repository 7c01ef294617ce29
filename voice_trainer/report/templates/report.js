"use strict";
// One sound at a time; words, sentences and pictures follow it by the same clock. Without this script the browser's own
// players stay, and everything can still be read.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };
  const voices = new Map();

  class Voice {
    constructor(box) {
      this.name = box.dataset.player;
      this.box = box;
      this.audio = box.querySelector("audio");
      this.button = box.querySelector(".play, .hear");
      this.range = box.querySelector("input");
      this.now = box.querySelector(".now");
      this.speed = box.querySelector("select");
      this.length = Number(box.dataset.duration) || 0;
      const mine = `[data-for="${CSS.escape(this.name)}"]`;
      const timed = (element) => ({ element, from: Number(element.dataset.from), to: Number(element.dataset.to) });
      this.words = all(`.word${mine}`).map((element) => ({
        element,
        said: element.dataset.said,
        from: Number(element.dataset.at),
        to: Number(element.dataset.until),
      }));
      this.sentences = all(`li${mine}`).map(timed);
      this.pictures = all(`.picture${mine}`).map((element) => ({
        ...timed(element),
        left: Number(element.dataset.left),
        right: Number(element.dataset.right),
        head: element.querySelector(".playhead"),
        drawn: new Map(all("[data-word]", element).map((word) => [word.dataset.word, word])),
      }));
      this.lit = new Set();
      this.begun = false;
      this.shown = null;
      this.wire();
    }

    wire() {
      const { audio } = this;
      audio.controls = false;
      const bar = this.box.querySelector(".bar, .hear");
      bar.hidden = false;
      this.label = this.button.getAttribute("aria-label").replace(/^Play /, "");
      this.button.addEventListener("click", () => (audio.paused ? this.play() : audio.pause()));
      for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.turned());
      for (const name of ["seeking", "seeked", "timeupdate", "ended"]) audio.addEventListener(name, () => this.draw());
      if (this.range) {
        this.range.addEventListener("input", () => this.seek(Number(this.range.value), false));
      }
      if (this.speed) {
        this.speed.addEventListener("change", () => { audio.playbackRate = Number(this.speed.value); });
      }
      for (const picture of this.pictures) {
        picture.element.addEventListener("click", (event) => {
          const box = picture.element.getBoundingClientRect();
          const share = ((event.clientX - box.left) / box.width - picture.left) / (picture.right - picture.left);
          if (share >= -0.02 && share <= 1.02) {
            this.seek(picture.from + Math.min(1, Math.max(0, share)) * (picture.to - picture.from), true);
          }
        });
      }
    }

    play() {
      for (const other of voices.values()) if (other !== this) other.audio.pause();
      this.begun = true;
      const started = this.audio.play();
      if (started) started.catch(() => this.turned());
    }

    seek(seconds, playing) {
      this.begun = true;
      this.audio.currentTime = Math.max(0, seconds);
      if (playing) this.play();
      this.draw();
    }

    turned() {
      const playing = !this.audio.paused && !this.audio.ended;
      this.box.classList.toggle("playing", playing);
      this.button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${this.label}`);
      if (playing) this.follow();
    }

    follow() {
      this.draw();
      if (!this.audio.paused && !this.audio.ended) requestAnimationFrame(() => this.follow());
    }

    draw() {
      const at = this.audio.currentTime;
      if (this.range) {
        this.range.value = String(at);
        this.range.setAttribute("aria-valuetext", `${clock(at)} of ${clock(this.length)}`);
        this.now.textContent = clock(at);
      }
      for (const picture of this.pictures) {
        const here = this.begun && at >= picture.from && (at < picture.to || picture === this.pictures.at(-1));
        picture.head.hidden = !here;
        if (!here) continue;
        const share = Math.min(1, (at - picture.from) / (picture.to - picture.from || 1));
        const left = picture.left + share * (picture.right - picture.left);
        picture.head.style.left = `${left * 100}%`;
        this.keepInView(picture.element, left);
      }
      const lit = new Set();
      if (this.begun) {
        for (const sentence of this.sentences) if (at >= sentence.from && at < sentence.to) lit.add(sentence.element);
        const said = this.words.findLast((word) => at >= word.from);
        if (said && at < said.to + 0.05) {
          lit.add(said.element);
          for (const picture of this.pictures) if (picture.drawn.has(said.said)) lit.add(picture.drawn.get(said.said));
        }
      }
      for (const element of this.lit) if (!lit.has(element)) element.classList.remove("now-said");
      for (const element of lit) if (!this.lit.has(element)) element.classList.add("now-said");
      this.lit = lit;
    }

    keepInView(element, left) {
      const scroll = element.closest(".scroll");
      if (!scroll || this.audio.paused || scroll.scrollWidth <= scroll.clientWidth) return;
      const x = left * element.offsetWidth;
      if (x < scroll.scrollLeft + 30 || x > scroll.scrollLeft + scroll.clientWidth * 0.8) {
        scroll.scrollLeft = Math.max(0, x - scroll.clientWidth * 0.2);
      }
    }
  }

  for (const box of all("[data-player]")) voices.set(box.dataset.player, new Voice(box));
  document.documentElement.classList.add("live");

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("button[data-at]");
    const voice = chosen && voices.get(chosen.dataset.for);
    if (voice) voice.seek(Number(chosen.dataset.at), true);
  });

  // The words of a reply are one stop on the way of the Tab key; arrows go from word to word.
  for (const transcript of all("[data-transcript]")) {
    const words = all(".word", transcript);
    words.forEach((word, at) => { word.tabIndex = at ? -1 : 0; });
    transcript.addEventListener("keydown", (event) => {
      const at = words.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: words.length - 1 };
      const next = at < 0 ? undefined : words[to[event.key]];
      if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      next.focus();
    });
    transcript.addEventListener("focusin", (event) => {
      if (words.includes(event.target)) words.forEach((word) => { word.tabIndex = word === event.target ? 0 : -1; });
    });
  }

  window.addEventListener("beforeprint", () => {
    for (const each of all("details:not([open])")) { each.open = true; each.dataset.printed = "yes"; }
  });
  window.addEventListener("afterprint", () => {
    for (const each of all("details[data-printed]")) { each.open = false; delete each.dataset.printed; }
  });
})();
