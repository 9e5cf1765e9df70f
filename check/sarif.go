package check

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The objects of SARIF 2.1.0 that a log of ours has
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful bool `json:"executionSuccessful"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	homePage    = "https://github.com/dbmend/dbmend"
)

// WriteSARIF writes the findings as a log of SARIF 2.1.0, in the part of it that
// services which show such logs beside code ask for. version is that of dbmend.
func WriteSARIF(w io.Writer, r *Report, version string) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "dbmend", Version: version, InformationURI: homePage}},
		Invocations: []sarifInvocation{{true}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []sarifResult{},
	}
	all := Rules()
	for _, rule := range all {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{string(rule), sarifText{rule.Text()}, sarifDefault{rule.Severity().String()}})
	}
	seen := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		result := sarifResult{
			RuleID: string(f.Rule), RuleIndex: slices.Index(all, f.Rule), Level: f.Severity.String(),
			Message: sarifText{readable(f.message())}, Fingerprints: map[string]string{},
		}
		if f.Place.Path != "" {
			result.Locations = []sarifLocation{f.Place.sarif()}
		}
		if f.Related.Path != "" {
			result.Related = []sarifLocation{f.Related.sarif()}
		}
		// The line is left out, so that lines above it may come and go.
		sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Rule), f.Place.Path, f.Text}, "\x00")))
		mark := hex.EncodeToString(sum[:8])
		seen[mark]++
		result.Fingerprints["dbmend/v1"] = fmt.Sprintf("%s:%d", mark, seen[mark])
		run.Results = append(run.Results, result)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func (p Place) sarif() sarifLocation {
	location := sarifLocation{sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: p.Path}).String(), Base: "%SRCROOT%"}}}
	if path.IsAbs(p.Path) {
		location.Physical.Artifact = sarifArtifact{URI: (&url.URL{Scheme: "file", Path: p.Path}).String()}
	}
	if p.Line > 0 {
		location.Physical.Region = &sarifRegion{p.Line}
	}
	return location
}
