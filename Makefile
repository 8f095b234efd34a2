# Docket: one Makefile for three programs and six libraries. `make help` lists the targets.
MODE    ?= release
B       := build/$(MODE)
CC      ?= cc
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wmissing-prototypes \
           -Wstrict-prototypes -Wwrite-strings -Wcast-qual -Wvla -Wimplicit-fallthrough -Wformat=2
MODE_debug   := -O1 -g3 -DDOCKET_TEST_COSTS
# No sibling calls: every call returns to its own line, so a stack, and tests/fault, can name it.
MODE_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fno-optimize-sibling-calls
LINK_release := -pie -Wl,-z,relro,-z,now
MODE_asan    := -O1 -g3 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_tsan    := -O1 -g3 -fsanitize=thread
MODE_fuzz    := -O1 -g3 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CFLAGS_ALL    = -std=c11 -D_POSIX_C_SOURCE=200809L -I. $(WARN) $(if $(WERROR),-Werror) $(MODE_$(MODE)) $(CFLAGS)
LINK_MODE    := $(filter -fsanitize% -fPIE,$(MODE_$(MODE))) $(LINK_$(MODE))
VERSION      := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog 2>/dev/null)

pc = $(shell pkg-config --cflags $(1) 2>/dev/null)
pl = $(shell pkg-config --libs $(1) 2>/dev/null)
src = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))
obj = $(patsubst %.c,$(B)/%.o,$(1))

# The list of sources is rewritten only when it changes, so deleting a file re-archives its room.
$(shell mkdir -p $(B); find core sync app -name '*.c' | sort > $(B)/sources.new; \
  cmp -s $(B)/sources.new $(B)/sources.txt && rm $(B)/sources.new || mv $(B)/sources.new $(B)/sources.txt)

CORE   := $(call src,core)
SYNC   := $(call src,sync/bundle sync/engine sync/carrier)
REPORT := $(call src,sync/pdf)
HQ     := $(filter-out %_main.c,$(call src,sync/hq))
CTL    := $(filter-out %_main.c,$(call src,sync/ctl))
APP    := $(filter-out app/main.c,$(call src,app))

PC_CORE   := lmdb libsodium
PC_SYNC   := libcurl
PC_REPORT := cairo pangocairo pangoft2 fontconfig libqrencode
PC_HQ     := libmicrohttpd jansson
PC_APP    := sdl2 SDL2_ttf SDL2_image fontconfig libqrencode googlepinyin
LIB_CORE   = $(call pl,$(PC_CORE)) -lutf8proc
LIB_SYNC   = $(call pl,$(PC_SYNC)) $(LIB_CORE)
LIB_REPORT = $(call pl,$(PC_REPORT)) $(LIB_SYNC)
LIB_HQ     = $(call pl,$(PC_HQ)) -lpthread $(LIB_REPORT)
LIB_APP    = $(call pl,$(PC_APP)) -lpthread -lm $(LIB_REPORT)

# A room sees only the headers of what it may use.
$(B)/core/%:       CFLAGS_ALL += $(call pc,$(PC_CORE))
$(B)/sync/%:       CFLAGS_ALL += $(call pc,$(PC_CORE) $(PC_SYNC))
$(B)/sync/pdf/%:   CFLAGS_ALL += $(call pc,$(PC_REPORT))
$(B)/sync/hq/%:    CFLAGS_ALL += $(call pc,$(PC_HQ))
$(B)/sync/ctl/%:   CFLAGS_ALL += $(call pc,$(PC_HQ) $(PC_REPORT))
$(B)/app/%:        CFLAGS_ALL += $(call pc,$(PC_APP) $(PC_CORE) $(PC_SYNC) $(PC_REPORT))
$(B)/app/ime/%:    CFLAGS_ALL += -DPINYIN_DICTIONARY='"$(shell pkg-config --variable=libdir googlepinyin 2>/dev/null)/googlepinyin/data/dict_pinyin.dat"'
$(B)/tests/%:      CFLAGS_ALL += $(call pc,$(PC_CORE) $(PC_SYNC) $(PC_REPORT) $(PC_HQ) $(PC_APP))

.DEFAULT_GOAL := all
all: deps-build programs  ## build docket, docketd, docketctl into build/
programs: build/docket build/docketd build/docketctl i18n console
build/docket build/docketd build/docketctl: build/%: $(B)/bin/%
	@cp -f $< $@.new && mv -f $@.new $@

L_CORE := $(B)/libcore.a
L_SYNC := $(B)/libsync.a
L_REPORT := $(B)/libreport.a
L_HQ := $(B)/libhq.a
L_CTL := $(B)/libctl.a
L_APP := $(B)/libapp.a
LIBS := $(L_CORE) $(L_SYNC) $(L_REPORT) $(L_HQ) $(L_CTL) $(L_APP)
$(LIBS): $(B)/sources.txt
$(L_CORE): $(call obj,$(CORE))
$(L_SYNC): $(call obj,$(SYNC))
$(L_REPORT): $(call obj,$(REPORT))
$(L_HQ): $(call obj,$(HQ))
$(L_CTL): $(call obj,$(CTL))
$(L_APP): $(call obj,$(APP))
$(LIBS):
	@echo "  AR    $@"; rm -f $@; ar rcs $@ $(filter %.o,$^)
$(B)/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $<"; $(CC) $(CFLAGS_ALL) -DDOCKET_VERSION='"$(VERSION)"' -MMD -MP -c $< -o $@

# The assembler takes it in (openapi.c).
$(B)/sync/hq/openapi.o: sync/hq/openapi.json

define link
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(LINK_MODE) $(LDFLAGS) $(filter %.o %.a,$^) $(LDLIBS) -o $@
endef
# A binary links only the rooms below it: the linker enforces the direction.
$(B)/bin/docket: $(B)/app/main.o $(L_APP) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(B)/bin/docket: LDLIBS = $(LIB_APP)
$(B)/bin/docketd: $(B)/sync/hq/docketd_main.o $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(B)/bin/docketd: LDLIBS = $(LIB_HQ)
$(B)/bin/docketctl: $(B)/sync/ctl/docketctl_main.o $(L_CTL) $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(B)/bin/docketctl: LDLIBS = $(LIB_HQ)
$(B)/bin/docket $(B)/bin/docketd $(B)/bin/docketctl: ; $(link)

# ---- translations -----------------------------------------------------------------------------
PO := $(wildcard assets/i18n/*.po)
i18n: $(patsubst assets/i18n/%.po,build/locale/%/LC_MESSAGES/docket.mo,$(PO))
build/locale/%/LC_MESSAGES/docket.mo: assets/i18n/%.po
	@mkdir -p $(@D); msgfmt --check-format -o $@ $<
# The console as docketd --assets build/assets serves it: its files, and the same words as JSON.
CONSOLE := $(shell find assets/console -type f ! -name README.md 2>/dev/null)
console: $(CONSOLE:%=build/%) $(PO:assets/i18n/%.po=build/assets/console/i18n/%.json)
build/assets/console/i18n/%.json: assets/i18n/%.po assets/i18n/json.sh
	@mkdir -p $(@D); assets/i18n/json.sh $< >$@.new && mv -f $@.new $@
build/assets/console/%: assets/console/%
	@mkdir -p $(@D); cp -f $< $@

# ---- tests ------------------------------------------------------------------------------------
SUPPORT := $(call obj,$(wildcard tests/support/*.c))
unit_bins = $(patsubst %.c,$(B)/%,$(call src,tests/unit/$(1)))
T_CORE := $(call unit_bins,core)
T_SYNC := $(call unit_bins,sync)
T_HQ   := $(call unit_bins,hq) $(call unit_bins,ctl)
T_APP  := $(call unit_bins,app) $(patsubst %.c,$(B)/%,$(call src,tests/ui))
T_E2E_BINS := $(patsubst %.c,$(B)/%,$(call src,tests/e2e))
$(T_CORE): $(B)/%: $(B)/%.o $(SUPPORT) $(L_CORE)
$(T_CORE): LDLIBS = $(LIB_CORE)
$(T_SYNC): $(B)/%: $(B)/%.o $(SUPPORT) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(T_SYNC): LDLIBS = $(LIB_REPORT)
$(T_HQ) $(T_E2E_BINS): $(B)/%: $(B)/%.o $(SUPPORT) $(L_CTL) $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(T_HQ) $(T_E2E_BINS): LDLIBS = $(LIB_HQ)
# The handheld's tests may have a headquarters in their own process.
$(T_APP): $(B)/%: $(B)/%.o $(SUPPORT) $(L_APP) $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(T_APP): LDLIBS = $(LIB_APP) $(LIB_HQ)
# The proofs: tests/fault and tests/sim. A test_*.c is a program. Of the folder's other files those
# that begin with a program's name (fail_*.c: test_fail) are its own, the rest serve all. The calls
# named in tests/fault/NAME_calls.txt the linker turns over to test_NAME. Short in `make test`, long
# with SOAK=1 in the environment.
proofs = $(patsubst tests/$(1)/test_%.c,%,$(wildcard tests/$(1)/test_*.c))
others = $(foreach n,$(filter-out $(2),$(call proofs,$(1))),tests/$(1)/$(n).c tests/$(1)/$(n)_%)
proof_objs = $(call obj,$(filter-out tests/$(1)/test_% $(call others,$(1),$(2)),$(call src,tests/$(1))))
T_FAULT := $(patsubst %.c,$(B)/%,$(wildcard tests/fault/test_*.c))
T_SIM   := $(patsubst %.c,$(B)/%,$(wildcard tests/sim/test_*.c))
T_PROOF := $(T_FAULT) $(T_SIM)
define proof
$(B)/tests/$(1)/test_$(2): $(B)/tests/$(1)/test_$(2).o $(call proof_objs,$(1),$(2)) $(SUPPORT) $(L_APP) $(L_CTL) \
                           $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
endef
define proof_wrap
$(B)/$(1): $(2)
$(B)/$(1): LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,$(file <$(2)))
endef
comma := ,
$(foreach r,fault sim,$(foreach n,$(call proofs,$(r)),$(eval $(call proof,$(r),$(n)))))
$(foreach c,$(wildcard tests/fault/*_calls.txt tests/sim/*_calls.txt),  $(eval $(call proof_wrap,$(dir $(c))test_$(patsubst %_calls.txt,%,$(notdir $(c))),$(c))))
$(T_PROOF): LDLIBS = $(LIB_APP) $(LIB_HQ)
# The doors: one fuzz_*.c each. Under MODE=fuzz libFuzzer drives it, else driver_plain.c replays seeds
# and corpus, so that it never rots. The folder's other files serve them all.
DOORS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
T_FUZZ := $(DOORS:%=$(B)/tests/fuzz/fuzz_%)
$(T_FUZZ): $(B)/%: $(B)/%.o $(B)/tests/fuzz/driver_$(if $(filter fuzz,$(MODE)),fuzz,plain).o \
  $(call obj,$(filter-out tests/fuzz/fuzz_% tests/fuzz/driver_%,$(call src,tests/fuzz))) \
  $(SUPPORT) $(L_APP) $(L_CTL) $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE)
$(T_FUZZ): LDLIBS = $(LIB_APP) $(LIB_HQ)
$(T_FUZZ): LDFLAGS += $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer)
# It runs the real docketd.
$(B)/tests/unit/hq/test_process: | $(B)/bin/docketd
TESTS := $(T_CORE) $(T_SYNC) $(T_HQ) $(T_APP) $(T_PROOF) $(T_FUZZ)
$(TESTS) $(T_E2E_BINS): ; $(link)
test-bins: $(TESTS) $(T_E2E_BINS)

test: deps-test programs test-bins  ## install what is missing, then every suite; last line: N passed, N failed
	@B=$(B) tests/run.sh $(TESTS)
unit: test-bins ## unit suites only, of what is built (no installation)
	@B=$(B) tests/run.sh --unit $(TESTS)
check: test lint layers  ## test + sanitizers + short fuzz + lint + layers
	@$(MAKE) --no-print-directory MODE=asan unit
	@$(MAKE) --no-print-directory T=3 fuzz
soak: deps-test programs $(T_PROOF)  ## the long sweeps, simulations and model; prints how many, and what was lost
	@B=$(B) SOAK=1 tests/run.sh --unit $(T_PROOF) tests/e2e/70-model
bench: deps-test programs $(B)/tests/bench/bench  ## the budget table, measured, with peers beside it
	@sh tests/support/npm.sh || echo "the browsers' driver cannot be had: that row says so"
	@B=$(B) $(B)/tests/bench/bench
$(B)/tests/bench/bench: $(call obj,$(call src,tests/bench)) $(SUPPORT) $(LIBS)
$(B)/tests/bench/bench: LDLIBS = $(call pl,sqlite3) $(LIB_APP) $(LIB_HQ)
$(B)/tests/bench/bench: ; @mkdir -p $(@D); echo "  LD    $@"; $(CC) $(LINK_MODE) $(LDFLAGS) $(filter %.o,$^) $(L_APP) $(L_CTL) $(L_HQ) $(L_REPORT) $(L_SYNC) $(L_CORE) $(LDLIBS) -o $@
T ?= 60
fuzz: deps-fuzz  ## every door under libFuzzer, T seconds each (T=60); what is new goes into tests/fuzz/corpus
	@$(MAKE) --no-print-directory MODE=fuzz CC=clang B=build/fuzz fuzz-doors
fuzz-doors: $(T_FUZZ)
	@T=$(T) tests/fuzz/run.sh $(T_FUZZ)

run: deps-run programs  ## demo headquarters and handheld; without a display a scripted visit into build/demo/
	@assets/demo/run.sh
screenshots: deps-test programs $(B)/tests/ui/test_screens  ## every screen, both languages, into build/screenshots/
	@B=$(B) tests/ui/screenshots.sh build/screenshots

lint: deps-test  ## format, banned calls, headers, translations, glossary
	@tests/lint/run.sh
format:  ## clang-format every source in place
	@find core sync app tests -name '*.[ch]' | xargs clang-format -i
DENY := SDL_.*|TTF_.*|IMG_.*|socket|connect|bind|listen|accept4?|send|recv|sendto|recvfrom|getaddrinfo|pthread_.*|thrd_.*|printf|fprintf|vprintf|puts|putchar|fputs|fwrite|time|clock_gettime|gettimeofday|clock|rand|random|malloc|calloc|realloc|free|stdout|stderr
layers: $(LIBS)  ## no SDL, socket, thread, clock, heap or stdout symbol may leak into core
	@! nm -u $(L_CORE) | grep -E ' (__)?($(DENY))(_chk)?(@.*)?$$' || { echo "core/ reaches outside its walls (symbols above)"; exit 1; }
	@! nm -u $(L_SYNC) $(L_REPORT) $(L_HQ) $(L_CTL) | grep -E ' (SDL_|TTF_|IMG_)' || { echo "sync/ reaches SDL"; exit 1; }
	@tests/lint/includes.sh
	@echo "layers: core and sync keep within their walls"

deb:  ## the Debian packages (come with a later issue)
	@echo "make deb: packages come with a later issue; 'make' builds the three programs into build/"; exit 1
deps-build deps-run deps-test deps-fuzz: deps-%:
	@packaging/deps.sh $*
clean:  ## remove build/
	rm -rf build
help:  ## this list
	@grep -hE '^[a-z-]+:.*[#]# ' Makefile | sed 's/:.*[#]# /\t/' | expand -t 14
.PHONY: all programs i18n console test test-bins unit check soak bench fuzz fuzz-doors run screenshots lint format layers deb \
        deps-build deps-run deps-test deps-fuzz clean help
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
