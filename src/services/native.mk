# What the Makefiles of the native services share. `sam build` runs their `build-<function>` with ARTIFACTS_DIR set. Local plane
# and Lambda get the same program: for provided.al2023, by zig, whatever machine builds it.
#
#   LAB_ARCH  x86_64 (default) or arm64, as the parameter CpuArchitecture

LAB_ARCH ?= x86_64
ifeq ($(filter $(LAB_ARCH),x86_64 arm64),)
$(error LAB_ARCH=$(LAB_ARCH): allowed are x86_64 and arm64)
endif
export LAB_ARCH

ROOT := $(abspath ../../..)
CACHE := $(or $(LATENCY_LAB_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/latency-lab)
CPU := $(if $(filter arm64,$(LAB_ARCH)),aarch64,x86_64)

# $(call need,program,how to get it) fails with one sentence where the program is not on the path.
need = @command -v $(1) >/dev/null || { echo "$(1) is missing: $(2)" >&2; exit 1; }

# $(call tool,name) is the directory of a pinned tool, which is set up at the first use.
tool = $(or $(shell LAB_ARCH=$(LAB_ARCH) node $(ROOT)/tools/setup.mjs $(1) | cut -f2),$(error setting up $(1) failed))

# `sam build` asks for a function and for its copy at the same time. $(call alone,directory,target) has whoever comes second
# wait for the first, and then find it made.
alone = $(call tool,zig)/bin/cmake -DLOCK=$(1)/sam-build.lock -P ../alone.cmake -- $(MAKE) $(2)
