# What the Makefiles of the native services share. `sam build` runs their `build-<function>` with ARTIFACTS_DIR set.
#
#   LAB_PLATFORM  lambda (default): for provided.al2023 by zig, whatever machine builds it
#                 host: for this machine by its own compiler, as the local plane runs it
#   LAB_ARCH      x86_64 (default) or arm64, as the parameter CpuArchitecture; with `host` it is the machine's own

LAB_PLATFORM ?= lambda
LAB_ARCH ?= x86_64
ifeq ($(filter $(LAB_PLATFORM)/$(LAB_ARCH),lambda/x86_64 lambda/arm64 host/x86_64 host/arm64),)
$(error LAB_PLATFORM=$(LAB_PLATFORM) LAB_ARCH=$(LAB_ARCH): allowed are lambda or host, and x86_64 or arm64)
endif

ROOT := $(abspath ../../..)
CACHE := $(or $(LATENCY_LAB_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/latency-lab)
CPU := $(if $(filter arm64,$(LAB_ARCH)),aarch64,x86_64)

# $(call need,program,how to get it) fails with one sentence where the program is not on the path.
need = @command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }

# The directory of the pinned zig and cargo-zigbuild, which are set up at the first use.
zig = $(shell node $(ROOT)/tools/setup.mjs zig | cut -f2)
