// Which provider plugins a program needs, from the package.json of its dependencies.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// manifest is what a package.json says about provider plugins.
type manifest struct {
	Name         string
	Version      string
	Dependencies map[string]string
	Pulumi       *struct {
		Resource bool
		Name     string
		Version  string
		Server   string
	}
}

func readManifest(directory string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(directory, "package.json"))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", filepath.Join(directory, "package.json"), err)
	}
	return m, nil
}

// plugin is the provider plugin that a package's resources need, or nil when it needs none.
func (m manifest) plugin() *pulumirpc.PackageDependency {
	if m.Pulumi == nil || !m.Pulumi.Resource {
		return nil
	}
	name, version := m.Pulumi.Name, m.Pulumi.Version
	if name == "" {
		name = strings.TrimPrefix(m.Name, "@pulumi/")
	}
	if version == "" {
		version = m.Version
	}
	return &pulumirpc.PackageDependency{
		Name: name, Kind: "resource", Version: "v" + strings.TrimPrefix(version, "v"), Server: m.Pulumi.Server,
	}
}

// installed finds a package from a directory upwards, as Node.js itself would.
func installed(directory, name string) (manifest, error) {
	for at := directory; ; at = filepath.Dir(at) {
		m, err := readManifest(filepath.Join(at, "node_modules", name))
		if err == nil || !os.IsNotExist(err) || at == filepath.Dir(at) {
			return m, err
		}
	}
}

// GetRequiredPackages names the plugins of the program's direct dependencies,
// which is where a program's own resources come from.
func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	directory := request.GetInfo().GetProgramDirectory()
	response := &pulumirpc.GetRequiredPackagesResponse{}
	program, err := readManifest(directory)
	if os.IsNotExist(err) {
		return response, nil
	}
	if err != nil {
		return nil, err
	}
	for name := range program.Dependencies {
		m, err := installed(directory, name)
		if os.IsNotExist(err) {
			continue // Node.js says it better, when the program imports it.
		}
		if err != nil {
			return nil, err
		}
		if plugin := m.plugin(); plugin != nil {
			response.Packages = append(response.Packages, plugin)
		}
	}
	sort.Slice(response.Packages, func(i, j int) bool { return response.Packages[i].Name < response.Packages[j].Name })
	return response, nil
}

// GetProgramDependencies lists the direct dependencies for `pulumi about`.
func (h *host) GetProgramDependencies(
	_ context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	directory := request.GetInfo().GetProgramDirectory()
	response := &pulumirpc.GetProgramDependenciesResponse{}
	program, err := readManifest(directory)
	if err != nil {
		return nil, err
	}
	for name := range program.Dependencies {
		if m, err := installed(directory, name); err == nil {
			response.Dependencies = append(response.Dependencies,
				&pulumirpc.DependencyInfo{Name: name, Version: m.Version})
		}
	}
	sort.Slice(response.Dependencies, func(i, j int) bool {
		return response.Dependencies[i].Name < response.Dependencies[j].Name
	})
	return response, nil
}
