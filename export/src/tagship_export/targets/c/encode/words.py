"""C that takes a text in UTF-8 apart into words and counts them; the rules are those of docs/contract.md."""

from __future__ import annotations

COUNT_NGRAMS = r"""/* A text's words, by the rules "words-1" of tagship's contract; a vocabulary, sorted. */
typedef struct {
    uint32_t head; /* code point, number of parts, step: 21, 5 and 1 bits, above 5 that are free */
    uint16_t span, parts;
} text_run;

typedef struct {
    const uint32_t *groups; /* code points and groups, 3 bits */
    int group_count;
    const text_run *runs;
    int run_count;
    const uint32_t *parts; /* code points and classes, 8 bits */
    int syllables;
    const char *const *ngrams;
    const uint16_t *columns;
    int ngram_count, least, most;
    size_t room; /* for a word, its end included */
} text_rules;

typedef struct {
    const text_rules *rules;
    char *words, *ngram; /* the last words, that which grows included; an n-gram */
    float *inputs;
    size_t used;
    int kind, before, spoiled, waiting;
    uint32_t base, marks[16];
} text_state;

enum { TEXT_NONE, TEXT_LETTER, TEXT_SIGN, TEXT_MARK, TEXT_FOREIGN, TEXT_NOTHING };

static uint32_t text_next(const unsigned char **text) {
    const unsigned char *at = *text;
    const unsigned char first = *at++;
    const int more = first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    uint32_t code = first & (0x3Fu >> more);
    int left;
    *text = at;
    if (first < 0x80) return first;
    if (!more) return 0xFFFD;
    for (left = more; left > 0; --left, ++at) {
        if ((*at & 0xC0) != 0x80) return 0xFFFD;
        code = code << 6 | (*at & 0x3Fu);
    }
    if (code < (more == 1 ? 0x80u : more == 2 ? 0x800u : 0x10000u) || code > 0x10FFFF) return 0xFFFD;
    if (code >= 0xD800 && code < 0xE000) return 0xFFFD;
    *text = at;
    return code;
}

static void text_append(text_state *state, uint32_t code) {
    const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    char *word = state->words + (size_t)state->before * state->rules->room + state->used;
    int left;
    if (state->used + (size_t)more + 2 > state->rules->room) {
        state->spoiled = 1;
        return;
    }
    *word++ = (char)(more ? (0xFF00u >> (more + 1) & 0xFFu) | code >> 6 * more : code);
    for (left = more - 1; left >= 0; --left) *word++ = (char)(0x80u | (code >> 6 * left & 0x3Fu));
    state->used += (size_t)more + 1;
}

/* Marks in their canonical order, equal ones as they came. */
static void text_settle(text_state *state) {
    int at, to;
    for (at = 1; at < state->waiting; ++at) {
        const uint32_t mark = state->marks[at];
        for (to = at; to > 0 && (state->marks[to - 1] & 0xFF) > (mark & 0xFF); --to) {
            state->marks[to] = state->marks[to - 1];
        }
        state->marks[to] = mark;
    }
    for (at = 0; at < state->waiting; ++at) {
        if (state->marks[at] >> 8) text_append(state, state->marks[at] >> 8);
        else state->spoiled = 1;
    }
    state->waiting = 0;
}

static void text_count(text_state *state, int size) {
    const text_rules *rules = state->rules;
    char *end = state->ngram;
    int low = 0, high = rules->ngram_count, at;
    for (at = state->before + 1 - size; at <= state->before; ++at) {
        const char *word = state->words + (size_t)at * rules->room;
        if (!*word) return;
        if (end != state->ngram) *end++ = ' ';
        while (*word) *end++ = *word++;
    }
    *end = 0;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const int order = strcmp(rules->ngrams[middle], state->ngram);
        if (order == 0) {
            state->inputs[rules->columns[middle]] += 1.0f;
            return;
        }
        if (order < 0) low = middle + 1;
        else high = middle;
    }
}

static void text_finish(text_state *state, int next) {
    const text_rules *rules = state->rules;
    int size;
    if (state->kind != TEXT_NONE) {
        state->words[(size_t)state->before * rules->room + (state->spoiled ? 0 : state->used)] = 0;
        for (size = rules->least; size <= state->before + 1; ++size) text_count(state, size);
        if (state->before + 1 == rules->most) {
            memmove(state->words, state->words + rules->room, (size_t)state->before * rules->room);
        } else {
            ++state->before;
        }
    }
    state->kind = next;
    state->used = 0;
    state->spoiled = 0;
}

static void text_take(text_state *state, uint32_t code, int kind) {
    if (kind > TEXT_MARK) {
        if (state->kind == TEXT_NONE || (code == 0x307 && state->base == 'i') || state->waiting == 16) return;
        state->marks[state->waiting++] = code << 8 | (uint32_t)kind;
        return;
    }
    text_settle(state);
    state->base = code;
    if (kind != TEXT_MARK && (kind != TEXT_LETTER || state->kind != TEXT_LETTER)) text_finish(state, kind);
    if (state->kind != TEXT_NONE) text_append(state, code);
}

static int text_group(const text_rules *rules, uint32_t code) {
    int low = 0, high = rules->group_count;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (rules->groups[middle] >> 3 <= code) low = middle;
        else high = middle;
    }
    return (int)(rules->groups[low] & 7u);
}

static void text_character(text_state *state, uint32_t code) {
    const text_rules *rules = state->rules;
    const uint32_t syllable = code - 0xAC00u;
    int low = 0, high = rules->run_count, group;
    if (code < 128) {
        const uint32_t small = code >= 'A' && code <= 'Z' ? code + 32 : code;
        const int letter = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
        text_take(state, small, letter ? TEXT_LETTER : TEXT_NONE);
        return;
    }
    if (rules->syllables && syllable < 11172u) {
        text_take(state, 0x1100u + syllable / 588u, TEXT_LETTER);
        text_take(state, 0x1161u + syllable % 588u / 28u, TEXT_LETTER);
        if (syllable % 28u) text_take(state, 0x11A7u + syllable % 28u, TEXT_LETTER);
        return;
    }
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (rules->runs[middle].head >> 11 <= code) low = middle + 1;
        else high = middle;
    }
    if (low) {
        const text_run *run = &rules->runs[low - 1];
        const uint32_t away = code - (run->head >> 11), step = (run->head >> 5 & 1u) + 1u;
        if (away <= run->span && away % step == 0) {
            uint32_t part = 0;
            for (; part < (run->head >> 6 & 31u); ++part) {
                const uint32_t one = rules->parts[run->parts + part];
                text_take(state, (one >> 8) + away, (int)(one & 0xFFu));
            }
            return;
        }
    }
    group = text_group(rules, code);
    if (group == TEXT_FOREIGN) text_take(state, 0, TEXT_FOREIGN);
    else if (group != TEXT_NOTHING) text_take(state, code, group);
}

/* How often each n-gram occurs. 0, or 1 where the text has more than 1,048,576 characters. */
static int count_ngrams(const char *text, const text_rules *rules, char *words, char *ngram, float *inputs) {
    const unsigned char *at = (const unsigned char *)(text ? text : "");
    uint32_t characters = 0;
    int column;
    text_state state;
    memset(&state, 0, sizeof state);
    state.rules = rules;
    state.words = words;
    state.ngram = ngram;
    state.inputs = inputs;
    for (column = 0; column < rules->ngram_count; ++column) inputs[column] = 0.0f;
    while (*at) {
        if (++characters > 1048576u) return 1;
        text_character(&state, text_next(&at));
    }
    text_take(&state, 0, TEXT_NONE);
    return 0;
}
"""
